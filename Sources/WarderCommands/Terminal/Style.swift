/// How a word stands out in a table on a terminal.
package enum Style: String, Sendable {
    /// Column titles and labels.
    case title = "1"
    /// In order.
    case good = "32"
    /// Worth a look.
    case caution = "33"
    /// Wrong.
    case bad = "31"
    /// Less important than its neighbours.
    case faint = "2"

    /// The text in the terminal's escape sequences for this style.
    package func applied(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
