// Package environment makes a container's environment from its pod, as a kubelet does.
package environment

import (
	"fmt"
	"regexp"
	"sort"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Sources are the objects of the pod's namespace that variables come from.
type Sources interface {
	ConfigMap(name string) (*corev1.ConfigMap, error)
	Secret(name string) (*corev1.Secret, error)
}

// Environment is a set of variables in the order in which they were set.
type Environment struct {
	names  []string
	values map[string]string
}

func (e *Environment) set(name, value string) {
	if e.values == nil {
		e.values = map[string]string{}
	}
	if _, known := e.values[name]; !known {
		e.names = append(e.names, name)
	}
	e.values[name] = value
}

var tag = regexp.MustCompile(`:([^/:@]+)(?:@[^/]*)?$`)

// Lookup gives a variable's value.
func (e *Environment) Lookup(name string) (string, bool) {
	value, found := e.values[name]
	return value, found
}

// List gives NAME=value lines; `change` sees each value.
func (e *Environment) List(change func(string) string) []string {
	list := make([]string, 0, len(e.names))
	for _, name := range e.names {
		list = append(list, name+"="+change(e.values[name]))
	}
	return list
}

// Build makes the environment: the image's own, which may name $(IMAGE_TAG), then envFrom, then env, each able to name the ones before it. An error
// is what a kubelet calls CreateContainerConfigError.
func Build(image map[string]string, pod *corev1.Pod, container *corev1.Container, sources Sources) (*Environment, error) {
	environment := &Environment{}
	if match := tag.FindStringSubmatch(container.Image); match != nil {
		environment.set("IMAGE_TAG", match[1])
	}
	for _, name := range sorted(image) {
		environment.set(name, Expand(image[name], environment.Lookup))
	}
	for _, from := range container.EnvFrom {
		data, err := all(from, sources)
		if err != nil {
			return nil, err
		}
		for _, name := range sorted(data) {
			environment.set(from.Prefix+name, data[name])
		}
	}
	for _, variable := range container.Env {
		if variable.ValueFrom == nil {
			environment.set(variable.Name, Expand(variable.Value, environment.Lookup))
			continue
		}
		value, found, err := valueFrom(variable.ValueFrom, pod, container, sources)
		if err != nil {
			return nil, err
		}
		if found {
			environment.set(variable.Name, value)
		}
	}
	return environment, nil
}

func all(from corev1.EnvFromSource, sources Sources) (map[string]string, error) {
	data := map[string]string{}
	if ref := from.ConfigMapRef; ref != nil {
		object, err := sources.ConfigMap(ref.Name)
		if err != nil {
			return data, unless(ref.Optional, err)
		}
		return object.Data, nil
	}
	if ref := from.SecretRef; ref != nil {
		object, err := sources.Secret(ref.Name)
		if err != nil {
			return data, unless(ref.Optional, err)
		}
		for name, value := range object.Data {
			data[name] = string(value)
		}
	}
	return data, nil
}

func valueFrom(source *corev1.EnvVarSource, pod *corev1.Pod, container *corev1.Container, sources Sources) (string, bool, error) {
	switch {
	case source.FieldRef != nil:
		value, err := Field(pod, source.FieldRef.FieldPath)
		return value, err == nil, err
	case source.ResourceFieldRef != nil:
		value, err := Resource(container, source.ResourceFieldRef)
		return value, err == nil, err
	case source.ConfigMapKeyRef != nil:
		ref := source.ConfigMapKeyRef
		object, err := sources.ConfigMap(ref.Name)
		if err != nil {
			return "", false, unless(ref.Optional, err)
		}
		value, found := object.Data[ref.Key]
		return value, found, missing(found, ref.Optional, ref.Key, "ConfigMap", pod.Namespace, ref.Name)
	case source.SecretKeyRef != nil:
		ref := source.SecretKeyRef
		object, err := sources.Secret(ref.Name)
		if err != nil {
			return "", false, unless(ref.Optional, err)
		}
		value, found := object.Data[ref.Key]
		return string(value), found, missing(found, ref.Optional, ref.Key, "Secret", pod.Namespace, ref.Name)
	}
	return "", false, nil
}

func unless(optional *bool, err error) error {
	if optional != nil && *optional && apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func missing(found bool, optional *bool, key, kind, namespace, name string) error {
	if found || (optional != nil && *optional) {
		return nil
	}
	return fmt.Errorf("couldn't find key %s in %s %s/%s", key, kind, namespace, name)
}

func sorted(values map[string]string) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
