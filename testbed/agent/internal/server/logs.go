package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"time"
)

const look = 100 * time.Millisecond

// write writes the end of a log, and what comes to it for as long as there may be more.
func write(ctx context.Context, answer http.ResponseWriter, file string, tail, limit int, show func(string) string, more func() bool) {
	log, err := os.Open(file)
	if err != nil {
		return // a simulated container writes none
	}
	defer log.Close()
	text, err := io.ReadAll(log)
	if err != nil {
		return
	}
	out := []byte(show(string(lastLines(text, tail))))
	if limit >= 0 && len(out) > limit {
		out = out[:limit]
	}
	for {
		if _, err := answer.Write(out); err != nil {
			return
		}
		if flusher, ok := answer.(http.Flusher); ok {
			flusher.Flush()
		}
		goesOn := more()
		select {
		case <-ctx.Done():
			return
		case <-time.After(look):
		}
		text, err := io.ReadAll(log)
		if err != nil || len(text) == 0 && !goesOn {
			return
		}
		out = []byte(show(string(text)))
	}
}

// lastLines gives the last lines of a text; all of it if count is negative.
func lastLines(text []byte, count int) []byte {
	if count < 0 {
		return text
	}
	end := len(text)
	if end > 0 && text[end-1] == '\n' {
		end--
	}
	for ; count > 0; count-- {
		next := bytes.LastIndexByte(text[:end], '\n')
		if next < 0 {
			return text
		}
		if count == 1 {
			return text[next+1:]
		}
		end = next
	}
	return nil
}
