package pods

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"testbed/agent/internal/environment"
	"testbed/agent/internal/images"
	"testbed/agent/internal/process"
	"testbed/agent/internal/processes"
	"testbed/agent/internal/rewrite"
	"testbed/agent/internal/volumes"
)

// hostPath is where programs are found that the image table does not name: a shell, cat, sleep.
const hostPath = "/usr/local/bin:/usr/bin:/bin"

// run is one start of a container.
type run struct {
	container *container
	entry     images.Entry
	texts     *rewrite.Texts
	variables *environment.Environment
	directory string
	process   *process.Process // nil: simulated
	begin     time.Time

	mutex sync.Mutex
	over  bool
	execs map[*process.Process]bool
}

// prepare makes environment and volumes; what is missing is waited for. False: the pod is to end.
func (c *container) prepare(entry images.Entry) (*run, bool) {
	for told := ""; ; {
		r, reason, err := c.build(entry)
		if err == nil {
			return r, true
		}
		c.waiting(reason, err.Error())
		if told != err.Error() {
			told = err.Error()
			event := map[string]string{"ContainerCreating": "FailedMount"}[reason]
			if event == "" {
				event, told = "Failed", err.Error()
			}
			c.pod.event(corev1.EventTypeWarning, event, told)
		}
		if !c.pod.pause(again) {
			return nil, false
		}
	}
}

func (c *container) build(entry images.Entry) (*run, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), apiPatience)
	defer cancel()
	pod := c.pod.current()
	sources := objects{ctx, c.pod.node.Client, pod.Namespace}
	variables, err := environment.Build(entry.Env, pod, c.spec, sources)
	if err != nil {
		return nil, "CreateContainerConfigError", err
	}
	resolve, err := c.pod.node.Names.Resolver(ctx, pod.Namespace)
	if err != nil {
		return nil, "CreateContainerConfigError", err
	}
	directory := c.pod.containerDirectory(c.spec.Name)
	texts := &rewrite.Texts{Root: filepath.Join(directory, "root"), Address: c.pod.ip, Resolve: resolve}
	if c.pod.onHost {
		texts.Address = ""
	}
	workingDirectory := c.spec.WorkingDir
	if workingDirectory == "" {
		workingDirectory = entry.WorkingDir
	}
	for file := range entry.Files {
		texts.Know(file)
	}
	for _, mount := range c.spec.VolumeMounts {
		texts.Know(mount.MountPath)
	}
	texts.Know(append(slices.Clone(entry.Directories), workingDirectory)...)
	fileSystem := volumes.Container{
		Root: texts.Root, PodDirectory: c.pod.directory(), HostDirectory: filepath.Join(c.pod.node.Directory, "host"),
		Pod: pod, Sources: sources, Change: texts.To, Lookup: variables.Lookup,
		ClaimDirectory: func(claim string) (string, error) { return c.pod.claim(ctx, claim) },
	}
	if err := fileSystem.Make(c.spec, entry.Files, append(slices.Clone(entry.Directories), workingDirectory)); err != nil {
		return nil, "ContainerCreating", err
	}
	c.pod.setPrepared()
	return &run{container: c, entry: entry, texts: texts, variables: variables,
		directory: filepath.Join(texts.Root, workingDirectory), execs: map[*process.Process]bool{}}, "", nil
}

// start starts the program; a simulated one has none.
func (r *run) start() error {
	r.begin = time.Now()
	c := r.container
	if r.entry.Mode == images.Simulated {
		return nil
	}
	output, err := c.newLog()
	if err != nil {
		return err
	}
	defer output.Close()
	var arguments []string
	for _, argument := range r.entry.CommandLine(c.spec.Command, c.spec.Args) {
		arguments = append(arguments, environment.Expand(argument, r.variables.Lookup))
	}
	spec := r.spec(arguments)
	spec.Stdout, spec.Stderr = output, output
	r.process, err = process.Start(spec)
	if err != nil {
		return fmt.Errorf("failed to start container %q: %s", c.spec.Name, r.texts.From(err.Error()))
	}
	c.pod.node.Processes.Add(processes.Entry{
		Namespace: c.pod.namespace, Pod: c.pod.name, UID: string(c.pod.uid), Container: c.spec.Name,
		Pid: r.process.Pid, Restarts: c.nextRestart(),
	})
	return nil
}

// spec is how any program starts in this container.
func (r *run) spec(arguments []string) process.Spec {
	rewritten := make([]string, 0, len(arguments))
	for _, argument := range arguments {
		rewritten = append(rewritten, r.texts.To(argument))
	}
	c := r.container
	env := []string{
		"HOME=" + r.texts.Root, "TMPDIR=" + filepath.Join(r.texts.Root, "tmp"), "HOSTNAME=" + c.pod.name,
		"POD_IP=" + c.pod.ip, "POD_NAME=" + c.pod.name, "POD_NAMESPACE=" + c.pod.namespace, "TESTBED_ROOT=" + r.texts.Root,
	}
	env = append(env, r.variables.List(r.texts.To)...)
	return process.Spec{Args: rewritten, Env: append(env, "PATH="+r.path()), Directory: r.directory}
}

// path is PATH: the container's own, where the image's programs lie, then this machine's.
func (r *run) path() string {
	directories := map[string]bool{}
	for file := range r.entry.Files {
		directories[filepath.Join(r.texts.Root, filepath.Dir(file))] = true
	}
	var list []string
	for directory := range directories {
		list = append(list, directory)
	}
	sort.Strings(list)
	return strings.Join(append(list, hostPath), ":")
}

func (c *container) nextRestart() int32 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.starts > 0 {
		return c.restarts + 1
	}
	return 0
}

// newLog opens the log of a start, and keeps the one before it.
func (c *container) newLog() (*os.File, error) {
	_ = os.Rename(c.logFile(false), c.logFile(true))
	return os.OpenFile(c.logFile(false), os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
}

func (c *container) logFile(previous bool) string {
	name := "output.log"
	if previous {
		name = "previous.log"
	}
	return filepath.Join(c.pod.containerDirectory(c.spec.Name), name)
}
