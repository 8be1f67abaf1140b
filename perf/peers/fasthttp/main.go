// The leanest server of valyala/fasthttp that a fair person would write, on one processor.
//
// It prints "listening on http://127.0.0.1:PORT" and ends on SIGTERM.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"

	"github.com/valyala/fasthttp"
)

type message struct {
	Message string `json:"message"`
}

var text = []byte("Hello, World!")

func answer(context *fasthttp.RequestCtx) {
	switch string(context.Path()) {
	case "/plaintext":
		context.SetContentType("text/plain")
		context.SetBody(text)
	case "/json":
		body, err := json.Marshal(message{"Hello, World!"})
		if err != nil {
			context.Error(err.Error(), fasthttp.StatusInternalServerError)
			return
		}
		context.SetContentType("application/json")
		context.SetBody(body)
	default:
		context.Error("not found", fasthttp.StatusNotFound)
	}
}

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "fasthttp-peer:", err)
		os.Exit(1)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	server := &fasthttp.Server{Handler: answer, Name: "f"}
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, "fasthttp-peer:", err)
		os.Exit(1)
	}
}
