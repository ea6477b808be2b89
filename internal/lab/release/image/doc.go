// Package image builds config/container/Dockerfile and runs the image. It uses buildah,
// which needs no engine, and no registry. It has tests only.
package image
