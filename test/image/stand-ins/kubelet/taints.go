package main

import (
	"errors"
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// --register-with-taints: key[=value]:effect, separated by commas. Given again, it replaces what it was.
type taintsFlag []v1.Taint

func (t *taintsFlag) String() string { return "" }
func (t *taintsFlag) Type() string   { return "[]v1.Taint" }

func (t *taintsFlag) Set(text string) error {
	*t = nil
	if text == "" {
		return nil
	}
	for _, one := range strings.Split(text, ",") {
		taint, err := parseTaint(one)
		if err != nil {
			return err
		}
		*t = append(*t, taint)
	}
	return nil
}

func parseTaint(text string) (v1.Taint, error) {
	name, effect, found := strings.Cut(text, ":")
	key, value, _ := strings.Cut(name, "=")
	if !found || strings.Contains(effect, ":") || strings.Contains(value, "=") {
		return v1.Taint{}, fmt.Errorf("invalid taint spec: %v", text)
	}
	taint := v1.Taint{Key: key, Value: value, Effect: v1.TaintEffect(effect)}
	return taint, checkTaints([]v1.Taint{taint})
}

func checkTaints(taints []v1.Taint) error {
	var problems []error
	seen := map[string]bool{}
	for _, taint := range taints {
		switch taint.Effect {
		case v1.TaintEffectNoSchedule, v1.TaintEffectPreferNoSchedule, v1.TaintEffectNoExecute:
		default:
			problems = append(problems, fmt.Errorf("invalid taint effect: %v, unsupported taint effect", taint.Effect))
		}
		for _, problem := range append(validation.IsQualifiedName(taint.Key), validation.IsValidLabelValue(taint.Value)...) {
			problems = append(problems, fmt.Errorf("invalid taint %s: %s", taint.ToString(), problem))
		}
		id := taint.Key + ":" + string(taint.Effect)
		if seen[id] {
			problems = append(problems, fmt.Errorf("invalid taint %s: its key and effect are there twice", taint.ToString()))
		}
		seen[id] = true
	}
	return errors.Join(problems...)
}
