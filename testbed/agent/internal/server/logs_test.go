package server

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLastLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		count int
		want  string
	}{
		{"a\nb\nc\n", -1, "a\nb\nc\n"},
		{"a\nb\nc\n", 0, ""},
		{"a\nb\nc\n", 1, "c\n"},
		{"a\nb\nc\n", 2, "b\nc\n"},
		{"a\nb\nc\n", 9, "a\nb\nc\n"},
		{"a\nb", 1, "b"},
		{"", 3, ""},
	} {
		if got := string(lastLines([]byte(c.text), c.count)); got != c.want {
			t.Errorf("%q %d: %q, want %q", c.text, c.count, got, c.want)
		}
	}
}

func TestWriteFollowsToTheEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := 0
	more := func() bool {
		if asked++; asked == 1 {
			log, _ := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			_, _ = log.WriteString("three\n")
			_ = log.Close()
		}
		return asked == 1
	}
	answer := httptest.NewRecorder()
	write(context.Background(), answer, file, 1, -1, strings.ToUpper, more)
	if answer.Body.String() != "TWO\nTHREE\n" {
		t.Errorf("%q", answer.Body.String())
	}
}
