package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
)

type config struct {
	APIVersion         string     `json:"apiVersion"`
	Kind               string     `json:"kind"`
	RegisterWithTaints []v1.Taint `json:"registerWithTaints"`
	MaxPods            int32      `json:"maxPods"`
}

// The file, then the *.conf files of the folder in the order of their names, a later value in place of an earlier one, whole
// lists too. nodeadm writes JSON; kubelet would read YAML as well.
func readConfig(file, folder string) (config, error) {
	var merged config
	var files []string
	if file != "" {
		files = append(files, file)
	}
	if folder != "" {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(path) == ".conf" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return merged, err
		}
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return merged, err
		}
		merged.APIVersion, merged.Kind = "", ""
		// Decoding into a list would keep its elements' fields that the new ones do not name.
		before := merged.RegisterWithTaints
		merged.RegisterWithTaints = nil
		if err := json.Unmarshal(text, &merged); err != nil {
			return merged, fmt.Errorf("failed to load kubelet config file, path: %s, error: %w", path, err)
		}
		if merged.RegisterWithTaints == nil {
			merged.RegisterWithTaints = before
		}
		if merged.APIVersion != "kubelet.config.k8s.io/v1beta1" || merged.Kind != "KubeletConfiguration" {
			return merged, fmt.Errorf("failed to load kubelet config file, path: %s: %s %s is no configuration of kubelet",
				path, merged.APIVersion, merged.Kind)
		}
	}
	return merged, nil
}
