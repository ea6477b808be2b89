// Package deploy checks config/compose and config/kubernetes against their specifications
// and against the pipelines. It has tests only. They are in the module of the lab, because
// the libraries for Compose files and Kubernetes manifests are ten times larger than
// order-sink.
package deploy
