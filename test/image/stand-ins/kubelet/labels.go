package main

import (
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	kubeletapis "k8s.io/kubelet/pkg/apis"
)

// kubelet exits on a label that it may not set on its own node, and on one whose syntax is wrong.
func checkLabels(labels map[string]string) error {
	var problems []error
	for key, value := range labels {
		if ofKubernetes(key) && !kubeletapis.IsKubeletLabel(key) {
			problems = append(problems, fmt.Errorf(
				"unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: [%s]\n"+
					"--node-labels in the 'kubernetes.io' namespace must begin with an allowed prefix (%s) or be in the "+
					"specifically allowed set (%s)",
				key, strings.Join(kubeletapis.KubeletLabelNamespaces(), ", "), strings.Join(kubeletapis.KubeletLabels(), ", ")))
		}
		for _, problem := range validation.IsQualifiedName(key) {
			problems = append(problems, fmt.Errorf("invalid label key %q: %s", key, problem))
		}
		for _, problem := range validation.IsValidLabelValue(value) {
			problems = append(problems, fmt.Errorf("invalid value %q of label %s: %s", value, key, problem))
		}
	}
	return errors.Join(problems...)
}

func ofKubernetes(key string) bool {
	prefix, _, found := strings.Cut(key, "/")
	if !found {
		return false
	}
	for _, domain := range []string{"kubernetes.io", "k8s.io"} {
		if prefix == domain || strings.HasSuffix(prefix, "."+domain) {
			return true
		}
	}
	return false
}
