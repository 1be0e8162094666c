package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"testbed/programs/internal/control"
	"testbed/programs/internal/session"
	"testbed/programs/internal/settings"
	"testbed/programs/internal/store"
)

const role = "migration"

// toolVersion is what the tool of the 2.2.0 era writes of itself in its session.
var toolVersion = "2.2.0-pre+dev"

type runner struct {
	configuration settings.Settings
	control       *control.Control
	command       string
	withBackup    bool
	source        string
	target        string
	backupFile    string
	metastore     string
	metaRoot      string

	client         *clientv3.Client
	registry       session.Registry
	own            session.Record
	registered     *session.Registered
	cancel         context.CancelFunc
	watchers       sync.WaitGroup
	backupFinished atomic.Bool
}

// begin is what every start does, also one that is refused: connect, raise session/id, watch all eight roles.
func (r *runner) begin() {
	client, err := store.Open(r.configuration)
	exitIf(err, backupUnfinished, nil)
	r.client, r.registry = client, session.Registry{Client: client, MetaRoot: r.metaRoot}
	r.connect()
	id, err := r.registry.NextID(context.Background())
	if err != nil {
		panic(err)
	}
	r.own = session.Record{
		ServerID: id, ServerName: role, Address: time.Now().String(), Exclusive: true, TriggerKill: true, Version: &toolVersion,
	}
	exitIf(r.control.At("id"), unexpected, nil)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	var looked sync.WaitGroup
	for _, name := range session.Roles {
		r.watchers.Add(1)
		looked.Add(1)
		go r.watch(ctx, name, looked.Done)
	}
	if r.control.Has("watching") { // otherwise nothing waits for the watches, as in the tool
		looked.Wait()
		exitIf(r.control.At("watching"), unexpected, nil)
	}
}

// connect tries up to 100 times, each for up to 5 s with growing pauses. The real tool then goes on without a session and panics.
func (r *runner) connect() {
	attempts, _ := strconv.Atoi(r.control.Setting("connect-attempts", "100"))
	pause := 200 * time.Millisecond
	var err error
	for range attempts {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err = r.client.Get(ctx, "health")
		cancel()
		if err == nil {
			return
		}
		fmt.Fprintf(os.Stderr, "[WARN] [retry/retry.go] [\"retry func failed\"] [error=%q]\n", err)
		time.Sleep(pause)
		pause = min(2*pause, 3*time.Second)
	}
	panic("failed to initialize session: " + err.Error())
}

// watch ends the tool on any put or delete under a role, whatever the tool is doing at that moment.
func (r *runner) watch(ctx context.Context, name string, looked func()) {
	defer r.watchers.Done()
	_, revision, err := r.registry.List(ctx, name)
	looked()
	if ctx.Err() != nil {
		return
	}
	exitIf(err, r.failCode(), r.stop)
	events := r.registry.Watch(ctx, name, revision)
	select {
	case <-ctx.Done():
	case event := <-events:
		failure(fmt.Sprintf("session up/down, exit migration, event type: %s, session: %s", event.Type, event.Session))
		code := r.failCode()
		switch r.control.Setting("session-event", "exit") {
		case "abandon": // an older tool: ends at once and leaves its session to the lease
			os.Exit(code)
		case "hang": // as the newest source reads: it waits for all its watchers, and this is one of them; the writes go on
			r.stop()
			select {}
		}
		r.stop()
		os.Exit(code)
	}
}

func (r *runner) failCode() int {
	if r.backupFinished.Load() {
		return failButBackupFinished
	}
	return backupUnfinished
}

func (r *runner) checkSessions() error {
	ctx := context.Background()
	others, _, err := r.registry.List(ctx, role)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Address != r.own.Address {
			return errors.New("other migration is running")
		}
	}
	for _, name := range session.Roles {
		alive, _, err := r.registry.List(ctx, name)
		if err != nil {
			return err
		}
		if len(alive) > 0 {
			return fmt.Errorf("there are still sessions alive, prefix: %s, num of alive sessions: %d", name, len(alive))
		}
	}
	return nil
}

// register takes the exclusive session; who loses that race panics after 30 tries.
func (r *runner) register() error {
	ttl, _ := strconv.ParseInt(r.control.Setting("session-ttl", "60"), 10, 64)
	pause := 200 * time.Millisecond
	for attempt := 1; ; attempt++ {
		registered, err := r.registry.Register(context.Background(), role, r.own, ttl)
		if err == nil {
			r.registered = registered
			return r.control.At("registered")
		}
		if attempt == 30 {
			panic(err)
		}
		time.Sleep(pause)
		pause = min(2*pause, 3*time.Second)
	}
}

// enter is common to the three commands: nobody there, own session, nobody there. The code is what a refusal ends with.
func (r *runner) enter(code int) {
	exitIf(r.checkSessions(), code, nil)
	exitIf(r.register(), code, r.stop)
	exitIf(r.checkSessions(), code, r.stop)
	exitIf(r.control.At("checked"), code, r.stop)
}

// stop gives the session back and looks each second whether it is gone.
func (r *runner) stop() {
	if r.registered != nil {
		_ = r.registered.Revoke(time.Second)
	}
	_ = r.control.At("stopping")
	for {
		left, _, err := r.registry.List(context.Background(), role)
		if err != nil {
			warning(err.Error())
			break
		}
		if len(left) == 0 {
			success("migration session expired")
			break
		}
		time.Sleep(time.Second)
	}
	r.cancel()
}
