package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/blang/semver/v4"
	clientv3 "go.etcd.io/etcd/client/v3"

	"testbed/programs/internal/control"
	"testbed/programs/internal/metadata"
	"testbed/programs/internal/session"
	"testbed/programs/internal/settings"
)

type component struct {
	control       *control.Control
	configuration settings.Settings
	version       semver.Version
	role          string
	roles         []string
	address       string

	registry   session.Registry
	registered []*session.Registered
	ready      atomic.Bool
}

// serve answers the probes from the first moment on; healthy only once everything is registered.
func (c *component) serve() {
	listener, err := net.Listen("tcp", net.JoinHostPort(c.address, "9091"))
	if err != nil {
		crash("%v", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if c.ready.Load() {
			_, _ = w.Write([]byte("OK"))
			return
		}
		http.Error(w, fmt.Sprintf("Not all components are healthy, %d/%d", len(c.registered), len(c.roles)), http.StatusInternalServerError)
	})
	go func() { _ = http.Serve(listener, mux) }()
}

// come brings the roles up one after the other. It returns early when it is told to stop.
func (c *component) come(stopped context.Context) {
	for _, role := range c.roles {
		c.checkMetadata(stopped, role)
		c.waitForRoot(stopped, role)
		c.register(stopped, role)
		if stopped.Err() != nil {
			return
		}
	}
	if err := c.control.At("ready"); err != nil {
		crash("%v", err)
	}
	c.ready.Store(true)
	say("%s %s is ready, metadata root %s", c.role, c.version, c.registry.MetaRoot)
	go c.write(stopped)
}

// checkMetadata: the root coordinator reads what is there. A 2.2 does not run on metadata of 2.1, nor the other way round, and neither
// on what an interrupted migration leaves.
func (c *component) checkMetadata(stopped context.Context, role string) {
	if role != "rootcoord" {
		return
	}
	if err := c.control.At("metadata"); err != nil {
		crash("%v", err)
	}
	keys := c.read(stopped)
	if stopped.Err() != nil {
		return
	}
	report := metadata.Inspect(keys)
	own := metadata.V21
	if c.version.GTE(semver.MustParse("2.2.0-0")) {
		own = metadata.V22
	}
	switch report.Layout {
	case own:
	case metadata.Empty:
		c.seed()
	case metadata.Damaged:
		crash("metadata under %s cannot be loaded: %s", c.registry.MetaRoot, report.Why)
	default:
		crash("metadata under %s is of Milvus %s, this is %s: collections without fields", c.registry.MetaRoot, report.Layout, c.version)
	}
}

// read tries for as long as the real one would before it gives up.
func (c *component) read(stopped context.Context) map[string]string {
	root := c.registry.MetaRoot + "/"
	var found *clientv3.GetResponse
	err := c.again(stopped, 100, func() (err error) {
		ctx, cancel := context.WithTimeout(stopped, 5*time.Second)
		defer cancel()
		found, err = c.registry.Client.Get(ctx, root, clientv3.WithPrefix())
		return err
	})
	if err != nil || found == nil {
		if stopped.Err() == nil {
			crash("failed to connect to etcd: %v", err)
		}
		return nil
	}
	keys := map[string]string{}
	for _, kv := range found.Kvs {
		keys[strings.TrimPrefix(string(kv.Key), root)] = string(kv.Value)
	}
	return keys
}

func (c *component) again(stopped context.Context, attempts int, try func() error) error {
	pause := 200 * time.Millisecond
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || attempt >= attempts || stopped.Err() != nil {
			return err
		}
		fmt.Printf("[WARN] [retry/retry.go] [\"retry func failed\"] [\"retry time\"=%d] [error=%q]\n", attempt, err)
		select {
		case <-stopped.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, 3*time.Second)
	}
}

// seed: a first start, with collections if a test wants some: "collections,segments".
func (c *component) seed() {
	collections, segments, wanted := strings.Cut(c.control.Setting("seed", os.Getenv("MILVUS_SEED")), ",")
	if !wanted || c.version.GTE(semver.MustParse("2.2.0-0")) {
		return
	}
	count, _ := strconv.Atoi(collections)
	each, _ := strconv.Atoi(segments)
	for key, value := range metadata.Seed(count, each) {
		c.put(key, value)
	}
}

func (c *component) put(key, value string) {
	if _, err := c.registry.Client.Put(context.Background(), c.registry.MetaRoot+"/"+key, value); err != nil {
		fmt.Printf("[WARN] %v\n", err)
	}
}

// write: a data coordinator that adds a segment now and then, if a test wants that.
func (c *component) write(stopped context.Context) {
	pause, _ := strconv.Atoi(c.control.Setting("write-ms", "0"))
	if pause == 0 || !slices.Contains(c.roles, "datacoord") {
		return
	}
	for number := time.Now().UnixNano(); stopped.Err() == nil; number++ {
		for known := range c.read(stopped) {
			if id, found := strings.CutPrefix(known, metadata.Collection+"/"); found {
				c.put(fmt.Sprintf("%s/%s/1/%d", metadata.Segments, id, number), string(metadata.Message{metadata.N(1, number)}.Bytes()))
				break
			}
		}
		select {
		case <-stopped.Done():
		case <-time.After(time.Duration(pause) * time.Millisecond):
		}
	}
}
