// Package images says which program stands for which container image.
package images

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"time"
)

// Modes of an entry.
const (
	Process   = "process"   // the container's command runs as a process
	Simulated = "simulated" // nothing runs; the container is Running and, after a delay, Ready
)

// Entry is one row of the table; the first whose pattern matches an image holds.
type Entry struct {
	// Match is a regular expression on the image as the pod names it.
	Match string `json:"match"`
	Mode  string `json:"mode,omitempty"`
	// Files are the programs of the image: path in the container -> path on this machine.
	Files map[string]string `json:"files,omitempty"`
	// Directories of the image that are made empty, and are known as paths of the container.
	Directories []string `json:"directories,omitempty"`
	// Entrypoint, Cmd, Env and WorkingDir are the image's own, as in a Dockerfile.
	Entrypoint []string          `json:"entrypoint,omitempty"`
	Cmd        []string          `json:"cmd,omitempty"`
	Env        map[string]string `json:"env,omitempty"`
	WorkingDir string            `json:"workingDir,omitempty"`
	// Command replaces whatever the pod wants to run.
	Command []string `json:"command,omitempty"`
	// Pull is a span ("5s"), or "never": the image cannot be pulled.
	Pull string `json:"pull,omitempty"`
	// Network "host": the pod has this machine's own address, not one of its own.
	Network string `json:"network,omitempty"`
	// ReadyAfter is how long a simulated container is not ready, without regard to its probes.
	ReadyAfter string `json:"readyAfter,omitempty"`
	// ExitAfter is how long a simulated container runs; without it an init container and the container of a Job end at
	// once, and others run until they are stopped. ExitCode is how it ends.
	ExitAfter string `json:"exitAfter,omitempty"`
	ExitCode  int    `json:"exitCode,omitempty"`
	// InitialDelay takes the place of the probes' initialDelaySeconds.
	InitialDelay string `json:"initialDelay,omitempty"`
	// Reasons are what a container's end is called, by exit code, where it is not Completed or Error ("137": "OOMKilled").
	Reasons map[string]string `json:"reasons,omitempty"`

	pattern *regexp.Regexp
}

// NeverPulls tells that no container of this image ever starts.
func (e Entry) NeverPulls() bool { return e.Pull == "never" }

// PullTime is how long pulling takes.
func (e Entry) PullTime() time.Duration { return span(e.Pull) }

// ReadyTime is ReadyAfter.
func (e Entry) ReadyTime() time.Duration { return span(e.ReadyAfter) }

// ProbeDelay is how long a probe waits at first that would wait for so many seconds.
func (e Entry) ProbeDelay(seconds int32) time.Duration {
	if e.InitialDelay != "" {
		return span(e.InitialDelay)
	}
	return time.Duration(seconds) * time.Second
}

// Lifetime is ExitAfter; false: until it is stopped.
func (e Entry) Lifetime() (time.Duration, bool) { return span(e.ExitAfter), e.ExitAfter != "" }

func span(text string) time.Duration {
	length, _ := time.ParseDuration(text) // checked when the table was read
	return length
}

// Table is what the file holds: {"images": [...]}.
type Table struct {
	Images []Entry `json:"images"`
}

// Read reads the file anew: a test may change it between two starts of a pod.
func Read(file string) (Table, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Table{}, err
	}
	return Parse(text)
}

// Parse checks every row, so that a mistake in one is seen at once and not when its image is wanted.
func Parse(text []byte) (Table, error) {
	var table Table
	if err := json.Unmarshal(text, &table); err != nil {
		return Table{}, err
	}
	for i := range table.Images {
		if err := table.Images[i].check(); err != nil {
			return Table{}, fmt.Errorf("image %q: %w", table.Images[i].Match, err)
		}
	}
	return table, nil
}

func (e *Entry) check() error {
	pattern, err := regexp.Compile(e.Match)
	if err != nil {
		return err
	}
	e.pattern = pattern
	switch e.Mode {
	case "":
		e.Mode = Process
	case Process, Simulated:
	default:
		return fmt.Errorf("no such mode: %q", e.Mode)
	}
	for _, length := range []string{e.ReadyAfter, e.ExitAfter, e.InitialDelay, e.Pull} {
		if length == "" || length == "never" {
			continue
		}
		if _, err := time.ParseDuration(length); err != nil {
			return err
		}
	}
	return nil
}

// Find gives the first entry for an image.
func (t Table) Find(image string) (Entry, bool) {
	for _, entry := range t.Images {
		if entry.pattern.MatchString(image) {
			return entry, true
		}
	}
	return Entry{}, false
}

// CommandLine is what a container runs: a pod's command replaces the image's entrypoint and cmd, its args the cmd alone.
// https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
func (e Entry) CommandLine(command, args []string) []string {
	switch {
	case len(e.Command) > 0:
		return e.Command
	case len(command) > 0:
		return append(append([]string{}, command...), args...)
	case len(args) > 0:
		return append(append([]string{}, e.Entrypoint...), args...)
	default:
		return append(append([]string{}, e.Entrypoint...), e.Cmd...)
	}
}
