package report

import (
	"fmt"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// growth is how figures change while something grows.
type growth struct {
	name  string // of the file
	axis  string
	log   bool
	steps []step
}

// step is where one size was measured. contestant is set where only one was, under
// a name that has the size in it.
type step struct {
	size                 float64
	workload, contestant string
}

func growths() []growth {
	return []growth{
		{"partitions", "partitions", false, []step{
			{1, workload.Insert(1, 1).Name, ""}, {4, ofInsert, ""}, {12, workload.Insert(1, 12).Name, ""},
		}},
		{"rows", "rows in the table before", true, []step{
			{workload.Small, workload.GrownName(workload.Small), ""}, {workload.Middle, workload.GrownName(workload.Middle), ""}, {workload.Large, workload.GrownName(workload.Large), ""},
		}},
		{"sinks", "order-sinks of one group", false, []step{
			{1, ofShared, own}, {2, ofShared, contestant.OrderSinks(2).Name}, {3, ofShared, contestant.OrderSinks(3).Name},
		}},
		{"sinks-far", "order-sinks of one group, 50 ms from MariaDB", false, []step{
			{1, ofSharedFar, own}, {2, ofSharedFar, contestant.OrderSinks(2).Name}, {3, ofSharedFar, contestant.OrderSinks(3).Name},
		}},
	}
}

// curve is one contestant's medians.
type curve struct {
	contestant string
	points     plotter.XYs
}

// curves are of the contestants that were measured at more than one size.
func (g growth) curves(s summary, f measure.Figure) (curves []curve) {
	find := func(name string) *curve {
		for i := range curves {
			if curves[i].contestant == name {
				return &curves[i]
			}
		}
		curves = append(curves, curve{contestant: name})
		return &curves[len(curves)-1]
	}
	for _, at := range g.steps {
		for _, r := range s {
			value, there := r.figures[f]
			if !there || r.workload != at.workload || at.contestant != "" && r.contestant != at.contestant {
				continue
			}
			name := r.contestant
			if at.contestant != "" {
				name = own
			}
			c := find(name)
			c.points = append(c.points, plotter.XY{X: at.size, Y: value.median})
		}
	}
	kept := curves[:0]
	for _, c := range curves {
		if len(c.points) > 1 {
			kept = append(kept, c)
		}
	}
	return kept
}

// plots draws what has grown into files of a folder, and returns their paths.
func (s summary) plots(folder, prefix string) (paths []string, err error) {
	for _, g := range growths() {
		if len(g.curves(s, measure.Rate)) == 0 {
			continue
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, fmt.Errorf("writing a plot: %w", err)
		}
		path := filepath.Join(folder, prefix+"-"+g.name+".svg")
		if err := g.draw(s, path); err != nil {
			return nil, fmt.Errorf("drawing %s: %w", path, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// draw puts rows/s and the costs of a row below each other.
func (g growth) draw(s summary, path string) error {
	figures := []measure.Figure{measure.Rate, measure.SinkCPU, measure.MariaDBCPU}
	panels := make([][]*plot.Plot, len(figures))
	for i, f := range figures {
		p := plot.New()
		p.Title.Text, p.X.Label.Text = string(f), g.axis
		p.Y.Min, p.Legend.Top = 0, true
		if g.log {
			p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{}
		}
		var lines []any
		for _, c := range g.curves(s, f) {
			lines = append(lines, c.contestant, c.points)
		}
		if err := plotutil.AddLinePoints(p, lines...); err != nil {
			return err
		}
		p.Y.Max *= 1.4 // room for the legend
		panels[i] = []*plot.Plot{p}
	}
	canvas := vgsvg.New(6*vg.Inch, vg.Length(len(figures))*3*vg.Inch)
	tiles := draw.Tiles{Rows: len(figures), Cols: 1, PadY: vg.Points(12), PadX: vg.Points(4),
		PadTop: vg.Points(4), PadBottom: vg.Points(4), PadLeft: vg.Points(4), PadRight: vg.Points(12)}
	for i, row := range plot.Align(panels, tiles, draw.New(canvas)) {
		panels[i][0].Draw(row[0])
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
