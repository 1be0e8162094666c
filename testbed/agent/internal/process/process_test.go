package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

var env = []string{"PATH=/usr/bin:/bin"}

func shell(script string) Spec {
	return Spec{Args: []string{"sh", "-c", script}, Env: env, Directory: "/"}
}

func TestEnds(t *testing.T) {
	for script, want := range map[string]End{
		"exit 0":        {},
		"exit 7":        {ExitCode: 7},
		"kill -KILL $$": {ExitCode: 137, Signal: 9},
		"kill -TERM $$": {ExitCode: 143, Signal: 15},
	} {
		end, err := Run(context.Background(), shell(script))
		if err != nil || end != want {
			t.Errorf("%s: %+v %v", script, end, err)
		}
	}
}

func TestOutputAndInput(t *testing.T) {
	var out bytes.Buffer
	spec := shell("read line; echo got $line; pwd")
	spec.Stdin, spec.Stdout, spec.Directory = strings.NewReader("hello\n"), &out, os.TempDir()
	if _, err := Run(context.Background(), spec); err != nil || !strings.HasPrefix(out.String(), "got hello\n") {
		t.Errorf("%v %q", err, out.String())
	}
}

// A container's other processes end with its first.
func TestTheGroupEndsWithItsLeader(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	spec := shell("sleep 1000 & echo $!")
	spec.Stdout = write
	process, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	<-process.Done()
	ended := make(chan error, 1)
	go func() { var all bytes.Buffer; _, err := all.ReadFrom(read); ended <- err }()
	select {
	case <-ended: // the last writer is gone
	case <-time.After(20 * time.Second):
		t.Fatal("a process of the group still has the pipe open")
	}
}

func TestSignalReachesTheLeaderAlone(t *testing.T) {
	process, err := Start(shell("trap 'exit 5' TERM; while :; do sleep 0.05; done"))
	if err != nil {
		t.Fatal(err)
	}
	defer process.Kill()
	for StartTime(process.Pid) == "" {
		time.Sleep(time.Millisecond)
	}
	for done := false; !done; {
		process.Signal(syscall.SIGTERM)
		select {
		case <-process.Done():
			done = true
		case <-time.After(50 * time.Millisecond):
		}
	}
	if code := process.End().ExitCode; code != 5 && code != 143 { // 143: before the shell had set its trap
		t.Errorf("exit code %d", code)
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	if _, err := Start(Spec{Args: []string{"no-such-program"}, Env: env}); !errors.Is(err, exec.ErrNotFound) {
		t.Error(err)
	}
	if _, err := Start(Spec{Args: []string{"/etc/hostname"}, Env: env}); err == nil {
		t.Error("started a file that is not executable")
	}
	if _, err := Start(Spec{}); err == nil {
		t.Error("started nothing")
	}
}
