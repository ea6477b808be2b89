// Package image builds config/container/Dockerfile as users do and runs what it
// made: with buildah, which needs no engine, and without a registry. It has
// tests only.
package image
