package kafka

// SetHeapMB changes the heap of a broker that has not started.
func (b *Java) SetHeapMB(mb int) { b.heapMB = mb }

// Port returns the port of the broker.
func (b *Java) Port() int { return b.port }

// Dir returns the directory of the broker.
func (b *Java) Dir() string { return b.dir }

// Config returns the path of the broker's settings.
func (b *Java) Config() string { return b.config() }
