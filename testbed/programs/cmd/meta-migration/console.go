package main

import (
	"fmt"
	"os"
)

// Exit codes: milvus-io/milvus, cmd/tools/migration/console/code.go. What `backup` and `rollback` fail with is "unexpected".
const (
	normal                = 0
	backupUnfinished      = 1
	failButBackupFinished = 2
	unexpected            = 100
)

// The tool colours its lines whether or not anybody looks at them.
func success(text string) { fmt.Printf("\x1b[0;32m%s\x1b[0m\n", text) }
func failure(text string) { fmt.Printf("\x1b[0;31m%s\x1b[0m\n", text) }
func warning(text string) { fmt.Printf("\x1b[0;33m%s\x1b[0m\n", text) }

func exitIf(err error, code int, before func()) {
	if err == nil {
		return
	}
	failure(err.Error())
	if before != nil {
		before()
	}
	os.Exit(code)
}
