package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	v1 "k8s.io/api/core/v1"
	cliflag "k8s.io/component-base/cli/flag"
)

// What kubelet would register the node with.
type node struct {
	Name    string            `json:"hostname"`
	Labels  map[string]string `json:"labels"`
	Taints  []v1.Taint        `json:"taints"`
	MaxPods int32             `json:"maxPods"`
}

// The flags that nodeadm writes, and those that its users most often add; kubelet refuses a flag that it does not know.
var otherFlags = []string{
	"cloud-provider", "image-credential-provider-bin-dir", "image-credential-provider-config", "kubeconfig", "node-ip",
	"pod-infra-container-image", "root-dir", "runtime-cgroups", "v",
}

// A flag goes before the configuration's drop-ins, and these before its file.
func nodeFrom(args []string) (node, error) {
	flags := pflag.NewFlagSet("kubelet", pflag.ContinueOnError)
	flags.SortFlags = false
	version := flags.Bool("version", false, "")
	file := flags.String("config", "", "")
	folder := flags.String("config-dir", "", "")
	name := flags.String("hostname-override", "", "")
	maxPods := flags.Int32("max-pods", 110, "")
	labels := cliflag.ConfigurationMap{}
	flags.Var(&labels, "node-labels", "")
	var taints taintsFlag
	flags.Var(&taints, "register-with-taints", "")
	for _, other := range otherFlags {
		flags.String(other, "", "")
	}
	if err := flags.Parse(args); err != nil {
		return node{}, err
	}
	if *version {
		text, err := os.ReadFile("/etc/eks/kubelet-version.txt")
		fmt.Print(string(text))
		if err == nil {
			os.Exit(0)
		}
		return node{}, err
	}
	if len(flags.Args()) > 0 {
		return node{}, fmt.Errorf("unknown command %v", flags.Args()[0])
	}
	config, err := readConfig(*file, *folder)
	if flags.Changed("register-with-taints") {
		config.RegisterWithTaints = taints
	}
	if flags.Changed("max-pods") || config.MaxPods == 0 {
		config.MaxPods = *maxPods
	}
	result := node{Name: *name, Labels: labels, Taints: config.RegisterWithTaints, MaxPods: config.MaxPods}
	return result, errors.Join(err, checkLabels(labels), checkTaints(result.Taints))
}
