// Package quickstart tests `make run` and `make demo`: their output, the servers that they
// use, the files that they leave, and the page of the shop in Chromium.
package quickstart
