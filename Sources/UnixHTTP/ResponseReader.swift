/// Where the bytes of an answer come from.
package protocol ByteSource {
    /// Reads at least one byte to the front of the buffer; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(ConnectionFault) -> Int
}

/// The beginning of an answer.
package struct ResponseHead: Equatable {
    package var status: Int
    /// Lower-case names, in order.
    package var headers: [(name: String, value: String)]

    package static func == (left: ResponseHead, right: ResponseHead) -> Bool {
        left.status == right.status && left.headers.elementsEqual(right.headers, by: ==)
    }

    /// The first header of this lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether the connection can carry another request.
    package var keepsConnection: Bool { header("connection")?.lowercased() != "close" && hasLength }

    private var hasLength: Bool { contentLength != nil || isChunked || hasNoBody }
    /// Bytes of the body; nothing but digits will do.
    package var contentLength: Int? {
        header("content-length").flatMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
    }
    var isChunked: Bool { header("transfer-encoding")?.lowercased() == "chunked" }
    var hasNoBody: Bool { status == 204 || status == 304 }
}

/// Reads HTTP/1.1 answers, as far as the vault uses it: a body with a length, in chunks, or none.
///
/// Bytes pass through one buffer of fixed size, which `wipe` clears, and go from there to where the caller wants them.
package struct ResponseReader<Source: ByteSource> {
    private static var maximumHeadBytes: Int { 16_384 }
    private static var maximumHeaders: Int { 64 }
    /// Fields that say where an answer ends.
    private static var framing: [String] { ["content-length", "transfer-encoding"] }

    private let source: Source
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var start = 0
    private var end = 0
    /// Whether any byte of an answer has come.
    package private(set) var hasReceived = false

    package init(_ source: Source) { self.source = source }

    /// Reads the status line and the headers. Answers below 200 are passed over.
    package mutating func head() throws(ConnectionFault) -> ResponseHead {
        while true {
            let head = try oneHead()
            if head.status >= 200 { return head }
            // Nobody asked for another protocol, and what follows would be one.
            guard head.status != 101 else { throw .malformed }
        }
    }

    /// Reads the body and hands it to `take` piece by piece; the pieces are valid within the call.
    package mutating func body(
        of head: ResponseHead,
        maximumBytes: Int,
        _ take: (RawSpan) throws(ConnectionFault) -> Void
    ) throws(ConnectionFault) {
        if head.hasNoBody { return }
        if head.isChunked { return try chunks(maximumBytes: maximumBytes, take) }
        guard let length = head.contentLength else { throw .malformed }
        guard length <= maximumBytes else { throw .tooLarge }
        try pass(length, take)
    }

    private mutating func chunks(
        maximumBytes: Int,
        _ take: (RawSpan) throws(ConnectionFault) -> Void
    ) throws(ConnectionFault) {
        var room = maximumBytes
        while true {
            let size = try chunkSize()
            guard size > 0 else { break }
            guard size <= room else { throw .tooLarge }
            room -= size
            try pass(size, take)
            guard try line(limit: 2).isEmpty else { throw .malformed }
        }
        // Trailers, which the vault does not send, end with an empty line as well.
        for _ in 0...Self.maximumHeaders {
            let line = try line(limit: Self.maximumHeadBytes)
            if line.isEmpty { return }
            // A length here is too late, and an attempt on whoever would heed it (RFC 9110, 6.5.1).
            guard !Self.framing.contains(try HeaderLine(line).name) else { throw .malformed }
        }
        throw .malformed
    }

    private mutating func pass(
        _ count: Int,
        _ take: (RawSpan) throws(ConnectionFault) -> Void
    ) throws(ConnectionFault) {
        var rest = count
        while rest > 0 {
            try fill()
            let piece = min(rest, end - start)
            try unsafe take(buffer.span.bytes.extracting(start..<(start + piece)))
            start += piece
            rest -= piece
        }
    }

    /// Clears the buffer: the last answer may have held a secret.
    package mutating func wipe(_ zero: (inout [UInt8]) -> Void) {
        zero(&buffer)
    }

    private mutating func oneHead() throws(ConnectionFault) -> ResponseHead {
        var budget = Self.maximumHeadBytes
        func next(_ reader: inout Self) throws(ConnectionFault) -> [UInt8] {
            let bytes = try reader.line(limit: budget)
            budget -= bytes.count
            return bytes
        }
        let parts = try next(&self).split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].elementsEqual("HTTP/1.1".utf8), parts[1].count == 3,
            let status = Self.digits(parts[1]), (100...599).contains(status)
        else { throw .malformed }
        var head = ResponseHead(status: status, headers: [])
        while true {
            let line = try next(&self)
            if line.isEmpty { break }
            guard head.headers.count < Self.maximumHeaders else { throw .malformed }
            let field = try HeaderLine(line)
            head.headers.append((field.name, field.value))
        }
        // With two lengths, two readers could disagree about where the answer ends.
        guard head.headers.count(where: { Self.framing.contains($0.name) }) <= 1 else { throw .malformed }
        // Also where there is no body: who cannot be understood about this one cannot be about the next.
        guard head.header("content-length") == nil || head.contentLength != nil,
            head.header("transfer-encoding") == nil || head.isChunked
        else { throw .malformed }
        return head
    }

    /// Nothing but digits, at least one.
    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.allSatisfy { (0x30...0x39).contains($0) } ? Int(String(decoding: bytes, as: UTF8.self)) : nil
    }

    private mutating func chunkSize() throws(ConnectionFault) -> Int {
        let line = String(decoding: try line(limit: 256), as: UTF8.self)
        let digits = line.prefix { $0 != ";" }
        guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit), let size = Int(digits, radix: 16) else {
            throw .malformed
        }
        return size
    }

    /// A line without its CR LF.
    private mutating func line(limit: Int) throws(ConnectionFault) -> [UInt8] {
        var line: [UInt8] = []
        while true {
            try fill()
            let byte = buffer[start]
            start += 1
            if byte == UInt8(ascii: "\n") {
                guard line.popLast() == UInt8(ascii: "\r") else { throw .malformed }
                return line
            }
            // The only control characters in a line are tabs, and the return at its end.
            let isText = byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
            guard isText, line.last != UInt8(ascii: "\r"), line.count <= limit else { throw .malformed }
            line.append(byte)
        }
    }

    private mutating func fill() throws(ConnectionFault) {
        guard start == end else { return }
        let count = try source.read(into: &buffer)
        guard count > 0 else { throw .closed }
        hasReceived = true
        start = 0
        end = count
    }
}
