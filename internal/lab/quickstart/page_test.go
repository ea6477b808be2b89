package quickstart

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

var update = flag.Bool("update", false, "write the screenshot of the page")

// page is a tab of a browser.
type page struct {
	t   *testing.T
	ctx context.Context

	mutex    sync.Mutex
	requests []string
	troubles []string // exceptions and messages of the browser
}

func openPage(t *testing.T, url string) *page {
	t.Helper()
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		const missing = "there is no Chromium to open the page: install it (Debian, Ubuntu: apt-get install chromium)"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	profile, err := os.MkdirTemp("", "order-sink-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // a remaining directory only takes space
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.UserDataDir(profile), chromedp.DisableGPU, chromedp.WindowSize(1180, 1000),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(2*time.Minute),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	p := &page{t: t}
	p.ctx, cancel = chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	chromedp.ListenTarget(p.ctx, p.note)
	// The browser ends with the context of its first use.
	if err := chromedp.Run(p.ctx); err != nil {
		t.Fatalf("starting %s: %v", browser, err)
	}
	p.do(network.Enable(), log.Enable(), chromedp.Navigate(url))
	t.Cleanup(func() {
		if t.Failed() {
			var text string
			if err := chromedp.Run(p.ctx, chromedp.Text("body", &text)); err == nil {
				t.Logf("the page reads:\n%s", text)
			}
		}
	})
	return p
}

func (p *page) note(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, event.Request.URL)
	case *runtime.EventExceptionThrown:
		p.troubles = append(p.troubles, event.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if !strings.HasSuffix(event.Entry.URL, "/stock/CATALOG-004") { // the page expects 404
			p.troubles = append(p.troubles, event.Entry.Text+" "+event.Entry.URL)
		}
	}
}

func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// shows waits until the text of an element has all parts.
func (p *page) shows(selector string, parts ...string) {
	p.t.Helper()
	eventuallytest.Succeeds(p.t, 2*time.Minute, fmt.Sprintf("%s shows %q", selector, parts), func(context.Context) error {
		var text string
		p.do(chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q)?.textContent ?? ''", selector), &text))
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return fmt.Errorf("%q is missing in %q", part, text)
			}
		}
		return nil
	})
}

func (p *page) set(selector, value string) {
	p.t.Helper()
	p.do(chromedp.SetValue(selector, value, chromedp.ByQuery),
		chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).dispatchEvent(new Event('change'))", selector), nil))
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitEnabled(selector, chromedp.ByQuery), chromedp.Click(selector, chromedp.ByQuery))
}

const newest = "#events li:first-child"

// A user orders, orders again, orders too much, and sends broken messages.
func TestThePageShowsWhatBecomesOfAnOrder(t *testing.T) {
	_, gateway := startDemo(t, t.TempDir())
	p := openPage(t, "http://"+gateway+"/shop")
	p.shows("#remaining", "7")
	p.shows("#of", "of 10 remain")
	p.shows("#says", "order-service-1 says 7", "order-service-2 says 7")

	p.shows("#rows", "None yet.")
	p.set("#quantity", "2")
	p.click("#send") // the sixth post to the gateway
	p.shows(newest, "The row is there", "the stock is less by 2")
	p.shows("#events li:nth-child(2)", "order-service-2 took the order", "3,000 in total")
	p.shows("#remaining", "5")
	p.shows("#says", "order-service-1 says 5", "order-service-2 says 5")
	p.shows("#rows tr:first-child", "CATALOG-003", "3,000", "accepted")

	p.click("#again")
	p.shows(newest, "order-service-1 took the same order again", "the same id", "acknowledged it 2 times", "MariaDB has 1 row, accepted, and the stock is as it was, 5.")
	p.shows("#remaining", "5")

	p.breaks("text", "type_mismatch", "payload.qty: expected int32, got string")
	if *update {
		var image []byte
		p.do(chromedp.FullScreenshot(&image, 100))
		if err := os.WriteFile(filepath.Join(ordersinktest.Root(t), "pipelines", "shop", "shop.png"), image, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	p.ordersAsVisitor()
	p.breaks("zero", "order_range", "qty: ")
	p.breaks("schema", "bad_envelope", "bad_envelope: ")
	p.breaks("cut", "bad_json", "bad_json: ")
	p.shows("#remaining", "5")
	p.isSound("http://" + gateway + "/")
}

// breaks sends a broken message and waits for its dead letter.
func (p *page) breaks(kind, code, reason string) {
	p.t.Helper()
	p.set("#kind", kind)
	p.click("#break")
	p.shows(newest, "Dead letter: "+code, reason, "It stood in orders, partition ")
	p.do(chromedp.WaitEnabled("#break", chromedp.ByQuery))
}

// ordersAsVisitor orders too much, and then a product without a stock.
func (p *page) ordersAsVisitor() {
	p.t.Helper()
	// The name of a user is never HTML.
	p.set("#user", `a "visitor" <b>&`)
	p.shows("#rows", "None yet.")
	p.set("#quantity", "6")
	p.click("#send")
	p.shows(newest, "The row is there, rejected", "the stock is as it was, 5")
	p.shows("#rows tr:first-child", "9,000", "rejected")
	p.shows("#remaining", "5")
	// The page describes the order that was sent, although the form now has another
	// product and another user.
	p.set("#user", "somebody else")
	p.shows("#rows", "None yet.")
	p.set("#product", "CATALOG-004")
	for _, times := range []string{"2 times", "3 times"} {
		p.click("#again")
		p.shows(newest, "took the same order again", times, "MariaDB has 1 row, rejected, and the stock is as it was, 5.")
	}
	p.click("#send")
	p.shows(newest, "The row is there", "no stock is kept of it")
	p.click("#again")
	p.shows(newest, "acknowledged it 2 times, MariaDB has 1 row, and no stock is kept of it.")
	p.set("#product", "CATALOG-003")
	p.shows("#remaining", "5")
}

// isSound checks that every field has a label, that the page requests no other host, and
// that the browser reports no problem.
func (p *page) isSound(host string) {
	p.t.Helper()
	var unlabelled []string
	p.do(chromedp.Evaluate(`[...document.querySelectorAll("input,select,textarea")].filter(e => !e.labels.length).map(e => e.id)`, &unlabelled))
	if len(unlabelled) > 0 {
		p.t.Errorf("fields without a label: %v", unlabelled)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, url := range p.requests {
		if !strings.HasPrefix(url, host) && !strings.HasPrefix(url, "data:") {
			p.t.Errorf("the page requests another host: %s", url)
		}
	}
	if len(p.troubles) > 0 {
		p.t.Errorf("the browser reports: %s", strings.Join(p.troubles, "\n"))
	}
}
