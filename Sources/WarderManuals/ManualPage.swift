import WarderModel

/// A page in the making: a few kinds of blocks in the language of man(7).
struct ManualPage {
    private var lines: [String]

    /// - Parameters:
    ///   - name: What the page is found by: `warder`.
    ///   - chapter: `1`, `5` or `8`.
    ///   - summary: Half a sentence for `apropos`.
    init(_ name: String, chapter: Int, summary: String) {
        lines = [
            ".\\\" Made from the program itself: changes belong there.",
            ".TH \(Roff.argument(name.uppercased())) \(chapter) \"\" \(Roff.argument("Warder \(Release.version)"))",
            // No hyphenation and no justification: commands and paths stand in the text.
            ".nr HY 0", ".nh", ".ad l", ".SH NAME", "\(Roff.escaped(name)) \\- \(Roff.escaped(summary))",
        ]
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    mutating func section(_ title: String) { lines.append(".SH \(Roff.argument(title))") }
    mutating func subsection(_ title: String) { lines.append(".SS \(Roff.argument(title))") }

    mutating func paragraph(_ prose: String) { lines += [".PP", Roff.prose(prose)] }

    /// A line of a synopsis; what does not fit continues below the arguments, which are roff already.
    mutating func synopsis(_ command: String, arguments: [String]) {
        lines += [".HP", ([Roff.bold(command)] + arguments).joined(separator: "\n")]
    }

    /// A term, which is roff already, with its explanation.
    mutating func item(_ term: String, _ paragraphs: [String]) {
        lines += [".TP", term]
        for (index, paragraph) in paragraphs.enumerated() {
            lines += (index == 0 ? [] : [".IP"]) + [Roff.prose(paragraph)]
        }
    }

    /// Lines as they are, in the typeface of code.
    mutating func verbatim(_ text: [String]) {
        lines += [".PP", ".RS 4", ".EX"] + text.map(Roff.escaped) + [".EE", ".RE"]
    }
}
