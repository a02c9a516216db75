package main

import (
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// What is recorded of a start: what kubelet would register the node with, and the links at that moment.
type start struct {
	When  float64  `json:"monotonic"` // seconds, on the clock of the journal's __MONOTONIC_TIMESTAMP
	Boot  string   `json:"bootId"`
	Pid   int      `json:"pid"`
	Args  []string `json:"args"`
	Links []link   `json:"links"`
	node
}

type link struct {
	Name      string   `json:"name"`
	Mac       string   `json:"mac"`
	Mtu       int      `json:"mtu"`
	Up        bool     `json:"up"`
	Addresses []string `json:"addresses"`
}

func now() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return float64(t.Nano()) / 1e9
}

func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

func links() []link {
	found := []link{}
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		addresses := []string{}
		list, _ := i.Addrs()
		for _, address := range list {
			addresses = append(addresses, address.String())
		}
		up := i.Flags&net.FlagUp != 0
		found = append(found, link{i.Name, i.HardwareAddr.String(), i.MTU, up, addresses})
	}
	return found
}
