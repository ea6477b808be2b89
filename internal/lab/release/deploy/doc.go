// Package deploy holds what is shipped for running order-sink, config/compose
// and config/kubernetes, to the specifications and to the pipelines. It has
// tests only, and is a module of its own: what reads Compose files and
// Kubernetes manifests is ten times what order-sink is made of, and is no
// business of those who build on it.
package deploy
