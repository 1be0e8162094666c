// Package control lets a test say from outside what a program does at a named point: fail, hang, wait, be slow, end, be killed. A
// program of the test bed never does anything of this unless TESTBED_CONTROL names a file (or is the JSON itself). The file is read
// anew at every point, so it can be changed while the program runs.
//
//	{
//	  "settings": { "meta-migration.session-ttl": "5" },
//	  "rules": [{ "id": "k1", "program": "meta-migration", "match": { "command": "run" }, "at": "saved", "after": 3, "do": "kill", "times": 1 }]
//	}
//
// Every rule that applied is written to <file>.log, one JSON object a line; `times` counts those lines.
package control

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Variable names the control file.
const Variable = "TESTBED_CONTROL"

// Rule says what happens at a point. Do is one of fail, hang, wait, slow, exit, panic, kill, or a word that the program itself knows.
type Rule struct {
	ID      string            `json:"id"`
	Program string            `json:"program"`
	Match   map[string]string `json:"match"`
	At      string            `json:"at"`
	After   int               `json:"after"`
	Do      string            `json:"do"`
	Times   int               `json:"times"`
	// Ms: how long, for slow. Code: for exit. Until: wait ends when this file exists. Text: the error of fail.
	Ms    int    `json:"ms"`
	Code  int    `json:"code"`
	Until string `json:"until"`
	Text  string `json:"text"`
	// Entries: how many entries of the backup reach the file, for truncate.
	Entries int `json:"entries"`
}

type file struct {
	Settings map[string]string `json:"settings"`
	Rules    []Rule            `json:"rules"`
}

// Control knows what the program is, for the rules to match.
type Control struct {
	program string
	labels  map[string]string
	mutex   sync.Mutex
	counts  map[string]int
}

// New: labels are what a rule's match is compared with; pod and namespace are added from the environment.
func New(program string, labels map[string]string) *Control {
	all := map[string]string{"pod": cmp.Or(os.Getenv("POD_NAME"), os.Getenv("HOSTNAME")), "namespace": os.Getenv("POD_NAMESPACE")}
	for key, value := range labels {
		all[key] = value
	}
	return &Control{program: program, labels: all, counts: map[string]int{}}
}

func read() file {
	text := os.Getenv(Variable)
	if text == "" {
		return file{}
	}
	content := []byte(text)
	if !strings.HasPrefix(text, "{") {
		var err error
		if content, err = os.ReadFile(text); err != nil {
			return file{}
		}
	}
	var parsed file
	if err := json.Unmarshal(content, &parsed); err != nil {
		fmt.Fprintf(os.Stderr, "%s cannot be read: %v\n", Variable, err)
		os.Exit(70)
	}
	return parsed
}

// Setting is a value for this program, by its bare name.
func (c *Control) Setting(name, otherwise string) string {
	if value, ok := read().Settings[c.program+"."+name]; ok {
		return value
	}
	return otherwise
}

// At passes a point: it counts it, and does what the first rule for it says. The error is that of a rule with `fail`.
func (c *Control) At(point string) error {
	rule := c.Rule(point)
	if rule == nil {
		return nil
	}
	switch rule.Do {
	case "fail":
		if rule.Text != "" {
			return errors.New(rule.Text)
		}
		return fmt.Errorf("told to fail at %s", point)
	case "hang":
		select {}
	case "wait":
		for !exists(rule.Until) {
			time.Sleep(10 * time.Millisecond)
		}
	case "slow":
		time.Sleep(time.Duration(rule.Ms) * time.Millisecond)
	case "exit":
		os.Exit(rule.Code)
	case "panic":
		panic("told to panic at " + point)
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return nil
}

// Has tells whether a rule is about this point, without passing it.
func (c *Control) Has(point string) bool {
	for _, rule := range read().Rules {
		if rule.At == point && c.applies(rule) {
			return true
		}
	}
	return false
}

// Rule counts the point and returns the first rule that applies to it; words of its own are for the program to act on.
func (c *Control) Rule(point string) *Rule {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts[point]++
	for _, rule := range read().Rules {
		if rule.At == point && c.applies(rule) && c.counts[point] >= rule.After && rule.left() {
			rule.record(point, c.counts[point], c.labels)
			return &rule
		}
	}
	return nil
}

func (c *Control) applies(rule Rule) bool {
	if rule.Program != "" && rule.Program != c.program {
		return false
	}
	for key, value := range rule.Match {
		if c.labels[key] != value {
			return false
		}
	}
	return true
}

func logFile() string {
	name := os.Getenv(Variable)
	if name == "" || strings.HasPrefix(name, "{") {
		return ""
	}
	return name + ".log"
}

type line struct {
	ID      string            `json:"id"`
	Program string            `json:"program"`
	At      string            `json:"at"`
	Count   int               `json:"count"`
	Do      string            `json:"do"`
	Pid     int               `json:"pid"`
	Labels  map[string]string `json:"labels"`
}

func (r Rule) left() bool {
	if r.Times == 0 {
		return true
	}
	log, err := os.Open(logFile())
	if err != nil {
		return true
	}
	defer log.Close()
	used := 0
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var entry line
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.ID == r.ID {
			used++
		}
	}
	return used < r.Times
}

// record comes before the act: a process that kills itself says so first. What happens at every key is not recorded.
func (r Rule) record(point string, count int, labels map[string]string) {
	name := logFile()
	if name == "" || r.Do == "slow" {
		return
	}
	text, _ := json.Marshal(line{r.ID, r.Program, point, count, r.Do, os.Getpid(), labels})
	log, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer log.Close()
	_, _ = log.Write(append(text, '\n'))
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
