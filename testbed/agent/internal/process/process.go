// Package process runs programs, each in a process group of its own.
package process

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Spec is what to run.
type Spec struct {
	// Args has the program first, found on the PATH of Env.
	Args      []string
	Env       []string
	Directory string
	Stdin     io.Reader
	// Stdout and Stderr: files are handed to the process itself.
	Stdout, Stderr io.Writer
}

// End is how a process ended.
type End struct {
	// ExitCode is 128 + the signal's number after a signal, as a container runtime reports it.
	ExitCode int
	Signal   int
}

// Process is one that was started here.
type Process struct {
	Pid  int
	done chan struct{}
	end  End
	once sync.Once
}

// The thread that starts a process must live as long as this program: its end, not the program's, is what the kernel
// takes for the parent's death (prctl(2), PR_SET_PDEATHSIG). So one goroutine keeps a thread for all starts.
var starts = sync.OnceValue(func() chan func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range work {
			start()
		}
	}()
	return work
})

// Start starts a program. It is killed by the kernel when this program dies.
func Start(spec Spec) (*Process, error) {
	if len(spec.Args) == 0 {
		return nil, errors.New("no command specified")
	}
	program, err := find(spec)
	if err != nil {
		return nil, err
	}
	command := &exec.Cmd{
		Path: program, Args: spec.Args, Env: spec.Env, Dir: spec.Directory,
		Stdout: spec.Stdout, Stderr: spec.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
		// A grandchild may keep the output open: what ended has ended.
		WaitDelay: time.Second,
	}
	var input io.WriteCloser
	if spec.Stdin != nil {
		if input, err = command.StdinPipe(); err != nil {
			return nil, err
		}
	}
	started := make(chan error)
	starts() <- func() { started <- command.Start() }
	if err := <-started; err != nil {
		return nil, err
	}
	if input != nil {
		// Not waited for: whoever writes may keep the stream open after the program ended.
		go func() { _, _ = io.Copy(input, spec.Stdin); _ = input.Close() }()
	}
	process := &Process{Pid: command.Process.Pid, done: make(chan struct{})}
	go process.wait(command)
	return process, nil
}

func (p *Process) wait(command *exec.Cmd) {
	// The leader is left unreaped until its group is gone, so that its number cannot mean another group by then.
	waitExited(p.Pid)
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = command.Wait()
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		p.end = End{ExitCode: 128 + int(status.Signal()), Signal: int(status.Signal())}
	} else {
		p.end = End{ExitCode: command.ProcessState.ExitCode()}
	}
	close(p.done)
}

// Done is closed when the process, and with it its group, has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// End is how it ended; only after Done.
func (p *Process) End() End { return p.end }

// Signal sends a signal to the process itself, as a runtime does to a container's first process.
func (p *Process) Signal(signal syscall.Signal) {
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(p.Pid, signal)
	}
}

// Kill ends the whole group.
func (p *Process) Kill() {
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	}
}

// Run runs a program to its end, or kills it when the context ends first.
func Run(ctx context.Context, spec Spec) (End, error) {
	process, err := Start(spec)
	if err != nil {
		return End{}, err
	}
	select {
	case <-process.Done():
		return process.End(), nil
	case <-ctx.Done():
		process.Kill()
		<-process.Done()
		return process.End(), ctx.Err()
	}
}

// find looks the program up as the process itself would, by its own PATH.
func find(spec Spec) (string, error) {
	name := spec.Args[0]
	if isPath(name) {
		if name[0] != '/' {
			name = spec.Directory + "/" + name
		}
		return name, executable(name)
	}
	for _, directory := range path(spec.Env) {
		file := directory + "/" + name
		if executable(file) == nil {
			return file, nil
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

func executable(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return &os.PathError{Op: "exec", Path: file, Err: os.ErrPermission}
	}
	return nil
}
