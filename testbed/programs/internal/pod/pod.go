// Package pod holds what the entry points of several images share.
package pod

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// IP of the pod; without one, loopback.
func IP() string {
	if address := os.Getenv("POD_IP"); address != "" {
		return address
	}
	return "127.0.0.1"
}

// Exec becomes another program, so that signals reach it and its exit code is the pod's. The program is the value of a variable, or found
// on PATH by its name.
func Exec(variable, name string, args, env []string) {
	program := os.Getenv(variable)
	if program == "" {
		var err error
		if program, err = exec.LookPath(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(127)
		}
	}
	if err := syscall.Exec(program, append([]string{program}, args...), env); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
		os.Exit(126)
	}
}
