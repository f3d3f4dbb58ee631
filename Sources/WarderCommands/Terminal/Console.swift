import Glibc
package import SecretMemory
package import SystemPackage

/// Where bytes go: a file descriptor, or a buffer in a test.
package protocol ByteSink: AnyObject {
    /// Writes all of it.
    func write(_ bytes: RawSpan) throws(CommandFailure)
}

/// The two output streams of a command and what they lead to.
package final class Console {
    /// The program's name, in front of everything on standard error.
    package static let programName = "warder"

    private let output: any ByteSink
    private let errors: any ByteSink
    /// Columns of the terminal behind standard output; `nil` where it is a pipe or a file.
    package let outputWidth: Int?
    /// Columns of the terminal behind standard error; `nil` where it is a pipe or a file.
    package let errorWidth: Int?
    /// Whether tables may be coloured.
    package let hasColour: Bool

    package init(output: any ByteSink, errors: any ByteSink, outputWidth: Int?, errorWidth: Int?, hasColour: Bool) {
        self.output = output
        self.errors = errors
        self.outputWidth = outputWidth
        self.errorWidth = errorWidth
        self.hasColour = hasColour
    }

    /// The process's own streams.
    package convenience init(environment: [String: String]) {
        let outputWidth = Self.terminalWidth(of: .standardOutput)
        let plain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        self.init(
            output: DescriptorSink(.standardOutput),
            errors: DescriptorSink(.standardError),
            outputWidth: outputWidth,
            errorWidth: Self.terminalWidth(of: .standardError),
            hasColour: outputWidth != nil && !plain
        )
    }

    /// Writes a line of results.
    package func print(_ line: String) throws(CommandFailure) {
        try write(Array((line + "\n").utf8))
    }

    /// Writes results as they are.
    package func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try unsafe output.write(bytes.span.bytes)
    }

    /// Writes bytes that came in pieces.
    package func write(_ bytes: RawSpan) throws(CommandFailure) { try output.write(bytes) }

    /// Writes a secret as it is, without a copy.
    package func write(_ secret: SecretBytes) throws(CommandFailure) {
        try unsafe secret.withUnsafeBytes { bytes throws(CommandFailure) in
            try unsafe output.write(RawSpan(_unsafeBytes: bytes))
        }
    }

    /// Tells the person something: a line on standard error with the program's name, and what follows from it,
    /// indented.
    package func message(_ line: String, hints: [String] = []) {
        writeToErrors(Self.text(of: line, hints: hints))
    }

    /// What `message` writes.
    static func text(of line: String, hints: [String]) -> String {
        hints.reduce("\(programName): \(line)\n") { $0 + "  \($1)\n" }
    }

    /// Writes to standard error as it is; for progress.
    package func writeToErrors(_ text: String) {
        let bytes = Array(text.utf8)
        // Where standard error is gone there is nobody left to tell.
        try? unsafe errors.write(bytes.span.bytes)
    }

    private static func terminalWidth(of descriptor: FileDescriptor) -> Int? {
        guard isatty(descriptor.rawValue) == 1 else { return nil }
        var size = winsize()
        guard unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// A file descriptor that is written to at once, without a buffer.
package final class DescriptorSink: ByteSink {
    private let descriptor: FileDescriptor

    package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    package func write(_ bytes: RawSpan) throws(CommandFailure) {
        do {
            _ = try unsafe bytes.withUnsafeBytes { bytes in try unsafe descriptor.writeAll(bytes) }
        } catch {
            throw .usage("cannot write the output: \(SystemReason.text(error))")
        }
    }
}
