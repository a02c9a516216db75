// kubelet, as far as it reads its flags and its configuration. It records what it was started with, and stays.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const recordFile = "/var/log/kubelet-starts.jsonl"

func main() {
	node, err := nodeFrom(os.Args[1:])
	if err == nil {
		err = record(start{When: now(), Boot: bootID(), Pid: os.Getpid(), Args: os.Args[1:], node: node, Links: links()})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubelet:", err)
		os.Exit(1)
	}
	fmt.Println("kubelet (stand-in): registered", node)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}

// A line that is there after a power cut: appended with one write, then synced, as is the folder.
func record(s start) error {
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(recordFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err = file.Write(append(line, '\n')); err != nil {
		return err
	}
	folder, err := os.Open("/var/log")
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
