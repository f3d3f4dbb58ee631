/// Writes HTML: what comes from elsewhere can only be text.
struct HTMLBuilder {
    private(set) var html = ""

    /// Markup of our own.
    mutating func raw(_ markup: StaticString) { html += "\(markup)" }

    /// Text of anybody.
    mutating func text(_ text: String) { html += Self.escaped(text) }

    /// Texts of anybody, each on a line of its own.
    mutating func lines(_ lines: [String]) { html += lines.map(Self.escaped).joined(separator: "\n") }

    /// The style sheet, which the policy of the page knows by its digest.
    mutating func style() { html += PageStyle.text }

    /// An element that holds nothing but text.
    mutating func element(_ name: StaticString, _ text: String, class style: StaticString? = nil) {
        element(name, class: style) { $0.text(text) }
    }

    /// An element with others in it. Attributes are ours by name, and anybody's by value.
    mutating func element(
        _ name: StaticString,
        class style: StaticString? = nil,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ content: (inout HTMLBuilder) -> Void = { _ in }
    ) {
        html += "<\(name)"
        if let style { html += " class=\"\(style)\"" }
        for (key, value) in attributes { html += " \(key)=\"\(Self.escaped(value))\"" }
        html += ">"
        content(&self)
        html += "</\(name)>"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Harmless.shown(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
