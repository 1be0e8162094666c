package main

import (
	"fmt"
	"os"

	"github.com/blang/semver/v4"

	"testbed/programs/internal/metadata"
)

var version210, version220, version230 = semver.MustParse("2.1.0"), semver.MustParse("2.2.0"), semver.MustParse("2.3.0")

func is21(v semver.Version) bool { return v.GTE(version210) && v.LT(version220) }
func is22(v semver.Version) bool { return v.GTE(version220) && v.LT(version230) }

func (r *runner) run() {
	r.enter(backupUnfinished)
	exitIf(r.validate(), backupUnfinished, r.stop)
	if target, err := semver.Parse(r.target); err == nil && target.LT(version220) {
		success("version compatible, no need to migrate")
		r.stop()
		os.Exit(normal)
	}
	if r.withBackup {
		exitIf(r.writeBackup(), backupUnfinished, r.stop)
	} else {
		warning("run migration without backup!")
	}
	// "but backup finished", whether or not there is one.
	exitIf(r.migrate(), failButBackupFinished, r.stop)
}

func (r *runner) backup() {
	r.enter(unexpected)
	exitIf(r.writeBackup(), unexpected, r.stop)
}

func (r *runner) rollback() {
	r.enter(unexpected)
	exitIf(r.restore(), unexpected, r.stop)
}

func (r *runner) validate() error {
	source, err := semver.Parse(r.source)
	if err != nil {
		return err
	}
	target, err := semver.Parse(r.target)
	if err != nil {
		return err
	}
	if target.LT(source) {
		return fmt.Errorf("higher version to lower version is not allowed, source version: %s, target version: %s", source, target)
	}
	return nil
}

// backend tells what the tool can do with a version: the prefixes it cleans, and whether it can load, back up and restore.
func (r *runner) backend(version string) (clean []string, complete bool, err error) {
	if r.metastore != "etcd" {
		return nil, false, fmt.Errorf("%s is not supported now", r.metastore)
	}
	parsed, err := semver.Parse(version)
	switch {
	case err != nil:
		return nil, false, err
	case is21(parsed):
		return metadata.Clean21, true, nil
	case is22(parsed):
		return metadata.Clean22, false, nil
	}
	return nil, false, fmt.Errorf("version not supported: %s", version)
}

const notThere = "runtime error: invalid memory address or nil pointer dereference"
