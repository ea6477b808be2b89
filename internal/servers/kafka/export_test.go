package kafka

// SetHeapMB changes the heap of a broker that has not started.
func (b *Java) SetHeapMB(mb int) { b.heapMB = mb }

// Port is the broker's port.
func (b *Java) Port() int { return b.port }

// Dir is the broker's directory.
func (b *Java) Dir() string { return b.dir }

// Config is the path of the broker's settings.
func (b *Java) Config() string { return b.config() }
