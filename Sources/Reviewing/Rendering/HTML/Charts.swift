/// Charts as SVG inside the page: no library, no script, and a sentence for whoever does not see them.
enum Charts {
    /// A share of a bar.
    struct Segment {
        let amount: Int
        let style: StaticString
    }

    /// The score as a ring: earned, lost, not evaluated, clockwise from the top.
    static func ring(_ score: Score, to page: inout HTMLBuilder) {
        let label =
            "Score \(score.value) of 100: \(score.earned) earned, \(score.lost) lost, "
            + "\(score.withheld) not evaluated."
        page.element("svg", class: "ring", ["viewBox": "0 0 120 120", "role": "img", "aria-label": label]) { page in
            page.element("circle", class: "withheld", ["cx": "60", "cy": "60", "r": "52", "pathLength": "100000"])
            arc(score.earned.thousandths, from: 0, "earned", to: &page)
            arc(score.lost.thousandths, from: score.earned.thousandths, "lost", to: &page)
            page.element("text", class: "value", ["x": "60", "y": "66", "aria-hidden": "true"]) {
                $0.text("\(score.value)")
            }
            page.element("text", class: "of", ["x": "60", "y": "84", "aria-hidden": "true"]) { $0.text("of 100") }
        }
    }

    private static func arc(_ length: Int, from start: Int, _ style: StaticString, to page: inout HTMLBuilder) {
        guard length > 0 else { return }
        page.element(
            "circle",
            class: style,
            [
                "cx": "60", "cy": "60", "r": "52", "pathLength": "100000", "transform": "rotate(-90 60 60)",
                "stroke-dasharray": "\(length) \(100_000 - length)", "stroke-dashoffset": "\(-start)",
            ]
        )
    }

    /// One bar over the whole width, in shares of a whole.
    static func bar(_ segments: [Segment], of whole: Int, label: String, to page: inout HTMLBuilder) {
        let width = 1000
        page.element(
            "svg",
            class: "bar",
            ["viewBox": "0 0 \(width) 28", "preserveAspectRatio": "none", "role": "img", "aria-label": label]
        ) { page in
            page.element("rect", class: "ground", ["x": "0", "y": "0", "width": "\(width)", "height": "28"])
            var at = 0
            for segment in segments where whole > 0 {
                let start = at * width / whole
                at += segment.amount
                let end = at * width / whole
                guard segment.amount > 0 else { continue }
                page.element(
                    "rect",
                    class: segment.style,
                    ["x": "\(start)", "y": "0", "width": "\(max(2, end - start))", "height": "28"]
                )
            }
        }
    }
}
