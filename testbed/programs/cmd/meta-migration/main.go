// meta-migration stands in for Milvus's metadata migration tool (image milvusdb/meta-migration, /milvus/bin/meta-migration), whose
// image cannot be had here. It does what the real one does to etcd, to its backup file and to its exit code, and in the same order;
// only the conversion of the values is this test bed's own. What it was read from: milvus-io/milvus, cmd/tools/migration.
//
// Differences that a test can ask for are in internal/control; the points have the names passed to `at` below.
package main

import (
	"flag"
	"fmt"
	"os"

	"testbed/programs/internal/control"
	"testbed/programs/internal/settings"
	"testbed/programs/internal/store"
)

func main() {
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	file := flags.String("config", "", "set config yaml")
	_ = flags.Parse(os.Args[1:])
	if *file == "" {
		failure("config not set")
		os.Exit(backupUnfinished)
	}
	configuration, err := settings.Load(*file)
	if err != nil {
		panic(fmt.Sprintf("cannot access config file: %s", err))
	}
	if configuration.Get("etcd.endpoints", "") == "" {
		panic("key not found: etcd.endpoints")
	}
	r := newRunner(configuration)
	r.show()
	command, known := map[string]func(){"run": r.run, "backup": r.backup, "rollback": r.rollback}[r.command]
	if !known {
		failure("cmd not set or not supported: " + r.command)
		os.Exit(backupUnfinished)
	}
	r.begin()
	command()
	r.stop()
	r.watchers.Wait()
}

func newRunner(configuration settings.Settings) *runner {
	command := configuration.Get("cmd.type", "")
	return &runner{
		configuration: configuration,
		control:       control.New("meta-migration", map[string]string{"command": command}),
		command:       command,
		withBackup:    configuration.Bool("cmd.runWithBackup"),
		source:        configuration.Get("config.sourceVersion", ""),
		target:        configuration.Get("config.targetVersion", ""),
		backupFile:    configuration.Get("config.backupFilePath", ""),
		metastore:     configuration.Get("metastore.type", "etcd"),
		metaRoot:      store.MetaRoot(configuration),
	}
}

func (r *runner) show() {
	line := map[string]string{
		"run": fmt.Sprintf("Cmd: %s, SourceVersion: %s, TargetVersion: %s, BackupFilePath: %s, RunWithBackup: %v",
			r.command, r.source, r.target, r.backupFile, r.withBackup),
		"backup": fmt.Sprintf("Cmd: %s, SourceVersion: %s, BackupFilePath: %s", r.command, r.source, r.backupFile),
		"rollback": fmt.Sprintf("Cmd: %s, SourceVersion: %s, TargetVersion: %s, BackupFilePath: %s",
			r.command, r.source, r.target, r.backupFile),
	}[r.command]
	if line == "" {
		line = "invalid cmd: " + r.command
	}
	warning(line)
	if r.metastore != "etcd" {
		warning("unsupported meta store: " + r.metastore)
		return
	}
	warning(fmt.Sprintf("Type: %s, EndPoints: %s, MetaRootPath: %s",
		r.metastore, r.configuration.Get("etcd.endpoints", ""), r.metaRoot))
}
