// cloud-init's last stage, as far as it runs the shell scripts of the user data: once for an instance, in order.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "clean" {
		os.RemoveAll("/var/lib/cloud/instances")
		return
	}
	err := runScripts()
	// nodeadm looks whether this file is there.
	os.MkdirAll("/run/cloud-init", 0o755)
	os.WriteFile("/run/cloud-init/result.json", []byte("{\"v1\": {\"datasource\": \"DataSourceEc2Local\", \"errors\": []}}\n"), 0o644)
	if err != nil {
		fmt.Println("cloud-init (stand-in):", err)
		os.Exit(1)
	}
}

func runScripts() error {
	imds, err := openIMDS(time.Now().Add(30 * time.Second))
	if err != nil {
		return err
	}
	id, err := imds.get("meta-data/instance-id")
	if err != nil {
		return err
	}
	folder := filepath.Join("/var/lib/cloud/instances", string(id))
	done := filepath.Join(folder, "sem/config_scripts_user")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	userData, err := imds.get("user-data")
	if err != nil {
		return err
	}
	scripts, err := scriptsOf(userData)
	if err != nil {
		return err
	}
	// Before they run, as cloud-init does it: what a power cut or an error interrupts is not run again.
	if err := os.MkdirAll(filepath.Dir(done), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(done, nil, 0o644); err != nil {
		return err
	}
	var failed error
	for n, script := range scripts {
		path := filepath.Join(folder, "scripts", fmt.Sprintf("part-%03d", n+1))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, script, 0o700); err != nil {
			return err
		}
		command := exec.Command(path)
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		if err := command.Run(); err != nil {
			fmt.Printf("cloud-init (stand-in): %s: %v\n", path, err)
			failed = err
		}
	}
	return failed
}
