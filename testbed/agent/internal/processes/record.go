// Package processes keeps a file with the processes of a node's containers: tests find there what to kill, and whoever
// finds a dead agent finds there what it left behind.
package processes

import (
	"encoding/json"
	"log"
	"os"
	"sync"
	"syscall"

	"testbed/agent/internal/process"
)

// Entry is the first process of a container, which leads a process group.
type Entry struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	UID       string `json:"uid"`
	Container string `json:"container"`
	Name      string `json:"name"`
	Pid       int    `json:"pid"`
	StartedAt string `json:"startedAt"`
	// Restarts counts the starts before this one.
	Restarts int32 `json:"restarts"`
}

// Record is the file.
type Record struct {
	file    string
	mutex   sync.Mutex
	entries map[int]Entry
}

// Open ends what an agent that died has left, and begins anew.
func Open(file string) *Record {
	var left []Entry
	if text, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(text, &left)
	}
	for _, entry := range left {
		if process.StartTime(entry.Pid) == entry.StartedAt {
			_ = syscall.Kill(-entry.Pid, syscall.SIGKILL)
		}
	}
	record := &Record{file: file, entries: map[int]Entry{}}
	record.write()
	return record
}

// Add writes a process down.
func (r *Record) Add(entry Entry) {
	entry.StartedAt = process.StartTime(entry.Pid)
	entry.Name = entry.Namespace + "/" + entry.Pod + "/" + entry.Container
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.entries[entry.Pid] = entry
	r.write()
}

// Remove takes it out again.
func (r *Record) Remove(pid int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.entries, pid)
	r.write()
}

func (r *Record) write() {
	list := make([]Entry, 0, len(r.entries))
	for _, entry := range r.entries {
		list = append(list, entry)
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err == nil {
		err = os.WriteFile(r.file+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(r.file+".new", r.file)
	}
	if err != nil {
		log.Printf("%s: %v", r.file, err)
	}
}
