/// A file of JSON, or of JSON with comments and trailing commas, whose every byte is kept.
///
/// The tree is a tape of nodes over the tokens, and the tokens cover the file: what nobody edits is printed as it was
/// read. Reading is all or nothing.
package final class SyntaxTree: Sendable {
    /// The file.
    package let source: [UInt8]
    let tokens: [SyntaxToken]
    let nodes: [NodeEntry]
    /// Where comments stand, in order.
    let comments: [Range<Int>]

    /// A node and its place on the tape: members of an object follow it as key, value, key, value.
    struct NodeEntry: Sendable {
        let kind: SyntaxNode.Kind
        let firstToken: UInt32
        var lastToken: UInt32
        /// The node behind this one and everything inside it.
        var next: UInt32
    }

    /// Reads a file.
    ///
    /// - Throws: ``SyntaxError``, which names the first place that is wrong and quotes nothing.
    package init(_ source: [UInt8], limits: SyntaxLimits = .default) throws(SyntaxError) {
        do throws(SyntaxFault) {
            var lexer = try Lexer(source, limits: limits)
            try lexer.readAll()
            var parser = SyntaxParser(source: source, tokens: lexer.tokens, limits: limits)
            try parser.readDocument()
            self.source = source
            tokens = lexer.tokens
            comments = lexer.comments
            nodes = parser.nodes
        } catch {
            throw SyntaxError(problem: error.problem, position: SourcePosition(of: error.offset, in: source))
        }
    }

    /// The value of the whole file.
    package var root: SyntaxNode { SyntaxNode(tree: self, index: 0) }

    /// The file, put together from its tokens and what stands between them.
    package var printed: [UInt8] {
        var printed: [UInt8] = []
        printed.reserveCapacity(source.count)
        for token in tokens {
            printed += source[token.trivia]
            printed += source[token.range]
        }
        return printed
    }

    /// Where a byte of the file stands.
    package func position(of offset: Int) -> SourcePosition { SourcePosition(of: offset, in: source) }

    /// Whether a comment stands in a part of the file.
    func hasComment(in range: Range<Int>) -> Bool {
        comments.contains { $0.overlaps(range) }
    }
}
