// config-tool is the init container of charts 3.3.2 to 4.1.x (image milvusdb/milvus-config-tool): `/cp a,b /x/a,/x/b` puts programs into a
// volume. Here each becomes a script that starts what it is given: the merging of the configuration files is done by milvus-component.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: config-tool <from,...> <to,...>")
		os.Exit(2)
	}
	for _, to := range strings.Split(os.Args[2], ",") {
		if err := os.WriteFile(to, []byte("#!/bin/sh\nexec \"$@\"\n"), 0o755); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
