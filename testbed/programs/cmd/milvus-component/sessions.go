package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/blang/semver/v4"

	"testbed/programs/internal/session"
)

// Ports and the names of their sections; coordinators are exclusive, nodes have their id in the key.
var roleSections = map[string]struct {
	section, port string
	exclusive     bool
}{
	"rootcoord":  {"rootCoord", "53100", true},
	"datacoord":  {"dataCoord", "13333", true},
	"querycoord": {"queryCoord", "19531", true},
	"indexcoord": {"indexCoord", "31000", true},
	"mixcoord":   {"mixCoord", "53100", true},
	"datanode":   {"dataNode", "21124", false},
	"indexnode":  {"indexNode", "21121", false},
	"querynode":  {"queryNode", "21123", false},
	"proxy":      {"proxy", "19530", false},
}

// waitForRoot: everybody but the root coordinator waits for it.
func (c *component) waitForRoot(stopped context.Context, role string) {
	for role != "rootcoord" && stopped.Err() == nil {
		found, _, err := c.registry.List(stopped, "rootcoord")
		if err == nil && len(found) > 0 {
			return
		}
		select {
		case <-stopped.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// register takes the role's session. Where another one holds it, it tries again until that one's lease has ended, or gives up.
func (c *component) register(stopped context.Context, role string) {
	if stopped.Err() != nil {
		return
	}
	id, err := c.registry.NextID(stopped)
	if err != nil {
		crash("%v", err)
	}
	known := roleSections[role]
	record := session.Record{
		ServerID: id, ServerName: role, Exclusive: known.exclusive, TriggerKill: true,
		Address: net.JoinHostPort(c.address, c.configuration.Get(known.section+".port", known.port)),
	}
	if c.version.GTE(semver.MustParse("2.2.0-0")) {
		version := c.version.String()
		record.Version = &version
	}
	name := role
	if !known.exclusive {
		name = fmt.Sprintf("%s-%d", role, id)
	}
	attempts, _ := strconv.Atoi(c.control.Setting("register-attempts", "30"))
	var registered *session.Registered
	err = c.again(stopped, attempts, func() (err error) {
		registered, err = c.registry.Register(stopped, name, record, c.ttl())
		return err
	})
	if stopped.Err() != nil && registered == nil {
		return
	}
	if err != nil {
		crash("Register failed: %v", err)
	}
	c.registered = append(c.registered, registered)
	say("put session key into etcd: %s", c.registry.Key(name))
	if err := c.control.At("registered"); err != nil {
		crash("%v", err)
	}
	go func() {
		select {
		case <-registered.Lost:
			if stopped.Err() == nil {
				crash("%s disconnected from etcd, process will exit", role)
			}
		case <-stopped.Done():
		}
	}()
}

// ttl of a session in seconds: 60 in 2.1, 20 in 2.2, 60 again in 2.3, 30 later.
func (c *component) ttl() int64 {
	usual := "30"
	for _, line := range []struct{ below, ttl string }{{"2.2.0-0", "60"}, {"2.3.0-0", "20"}, {"2.4.0-0", "60"}} {
		if c.version.LT(semver.MustParse(line.below)) {
			usual = line.ttl
			break
		}
	}
	ttl, _ := strconv.ParseInt(c.control.Setting("session-ttl", usual), 10, 64)
	return ttl
}

// leave gives the sessions back, unless a test wants a process that dies without.
func (c *component) leave() {
	c.ready.Store(false)
	word := ""
	if rule := c.control.Rule("terminate"); rule != nil {
		word = rule.Do
		time.Sleep(time.Duration(rule.Ms) * time.Millisecond)
	}
	if word == "ignore" {
		select {}
	}
	if word != "keep-session" {
		for _, registered := range c.registered {
			_ = registered.Revoke(time.Second)
		}
	}
	say("%s has stopped", c.role)
	os.Exit(0)
}
