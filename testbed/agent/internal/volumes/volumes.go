// Package volumes makes a container's file system: a directory in which its volumes lie at their mount paths and the
// programs of its image at theirs.
package volumes

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"testbed/agent/internal/environment"
)

// Container is one container's file system.
type Container struct {
	// Root stands for /; made anew for each start.
	Root string
	// PodDirectory keeps what lives as long as the pod.
	PodDirectory string
	// HostDirectory stands for / of the node, for hostPath volumes.
	HostDirectory string
	Pod           *corev1.Pod
	Sources       environment.Sources
	// ClaimDirectory gives the directory behind a claim of the pod's namespace.
	ClaimDirectory func(claim string) (string, error)
	// Change rewrites the text of a file from a ConfigMap or a Secret.
	Change func(string) string
	// Lookup gives a variable, for subPathExpr.
	Lookup func(string) (string, bool)
}

// Make makes the root with everything in it. Files of the image do not hide what a volume brings.
func (c Container) Make(container *corev1.Container, files map[string]string, directories []string) error {
	if err := os.RemoveAll(c.Root); err != nil {
		return err
	}
	for _, directory := range append([]string{"/tmp"}, directories...) {
		if err := os.MkdirAll(c.at(directory), 0o700); err != nil {
			return err
		}
	}
	mounts := append([]corev1.VolumeMount{}, container.VolumeMounts...)
	sort.SliceStable(mounts, func(i, j int) bool { return depth(mounts[i].MountPath) < depth(mounts[j].MountPath) })
	for _, mount := range mounts {
		if err := c.mount(mount); err != nil {
			return fmt.Errorf("MountVolume.SetUp failed for volume %q: %w", mount.Name, err)
		}
	}
	for inside, outside := range files {
		if err := link(outside, c.at(inside), false); err != nil {
			return err
		}
	}
	return nil
}

func (c Container) at(path string) string { return filepath.Join(c.Root, filepath.Clean("/"+path)) }

func depth(path string) int { return strings.Count(strings.TrimRight(path, "/"), "/") }

func (c Container) mount(mount corev1.VolumeMount) error {
	volume, found := c.volume(mount.Name)
	if !found {
		return fmt.Errorf("no such volume")
	}
	subPath := mount.SubPath
	if mount.SubPathExpr != "" {
		subPath = environment.Expand(mount.SubPathExpr, c.Lookup)
	}
	directory, written, err := c.source(volume)
	if err != nil {
		return err
	}
	if written != nil { // texts are rewritten for this container, so it has its own copy
		return c.write(written, mount.MountPath, subPath)
	}
	if subPath != "" {
		directory = filepath.Join(directory, filepath.Clean("/"+subPath))
	}
	if _, err := os.Stat(directory); os.IsNotExist(err) {
		if err := os.MkdirAll(directory, 0o700); err != nil {
			return err
		}
	}
	return link(directory, c.at(mount.MountPath), true)
}

func (c Container) volume(name string) (corev1.Volume, bool) {
	for _, volume := range c.Pod.Spec.Volumes {
		if volume.Name == name {
			return volume, true
		}
	}
	return corev1.Volume{}, false
}

// file is one that an object brings.
type file struct {
	content []byte
	mode    os.FileMode
}

// source gives a directory, or the files that are to be written.
func (c Container) source(volume corev1.Volume) (string, map[string]file, error) {
	switch {
	case volume.EmptyDir != nil:
		return filepath.Join(c.PodDirectory, "volumes", volume.Name), nil, nil
	case volume.PersistentVolumeClaim != nil:
		directory, err := c.ClaimDirectory(volume.PersistentVolumeClaim.ClaimName)
		return directory, nil, err
	case volume.Ephemeral != nil:
		directory, err := c.ClaimDirectory(c.Pod.Name + "-" + volume.Name)
		return directory, nil, err
	case volume.HostPath != nil:
		return filepath.Join(c.HostDirectory, filepath.Clean("/"+volume.HostPath.Path)), nil, nil
	}
	files, err := c.files(volume)
	return "", files, err
}

func (c Container) write(files map[string]file, mountPath, subPath string) error {
	if subPath == "" {
		if err := os.MkdirAll(c.at(mountPath), 0o700); err != nil {
			return err
		}
	}
	for name, file := range files {
		target := filepath.Join(mountPath, name)
		if subPath != "" {
			rest, below := strings.CutPrefix(name, strings.TrimRight(subPath, "/"))
			if !below || (rest != "" && rest[0] != '/') {
				continue
			}
			target = filepath.Join(mountPath, rest)
		}
		content := file.content
		if utf8.Valid(content) {
			content = []byte(c.Change(string(content)))
		}
		path := c.at(target)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) { // of an earlier start, and perhaps read-only
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
		if err := os.Chmod(path, file.mode); err != nil {
			return err
		}
	}
	return nil
}

// link lays a symbolic link; what is there already stays, unless it is an empty directory or `over` a link.
func link(to, at string, over bool) error {
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(at); err == nil {
		if !over {
			return nil
		}
		if err := os.Remove(at); err != nil {
			return err
		}
	}
	return os.Symlink(to, at)
}

func optional(flag *bool, err error) error {
	if flag != nil && *flag && apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
