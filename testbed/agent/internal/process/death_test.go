package process

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An agent that is killed leaves nothing that it has started.
func TestProcessesDieWithTheirParent(t *testing.T) {
	if os.Getenv("AS_PARENT") != "" {
		child, err := Start(shell("exec sleep 1000"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("started", child.Pid)
		time.Sleep(time.Hour)
	}
	parent := exec.Command(os.Args[0], "-test.run=^TestProcessesDieWithTheirParent$", "-test.v")
	parent.Env = append(os.Environ(), "AS_PARENT=yes")
	output, err := parent.StdoutPipe()
	if err == nil {
		err = parent.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(output); pid == 0 && lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), "started "); found {
			pid, _ = strconv.Atoi(text)
		}
	}
	if pid == 0 || StartTime(pid) == "" {
		t.Fatal("the parent started nothing")
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	for end := time.Now().Add(20 * time.Second); StartTime(pid) != ""; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("process %d lives on", pid)
		}
	}
}
