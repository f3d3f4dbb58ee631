/// Bytes that wait for somebody to read them.
struct Outbox {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == bytes.count }
    var count: Int { bytes.count - start }
    var rest: ArraySlice<UInt8> { bytes[start...] }

    mutating func append(_ more: some Sequence<UInt8>) {
        if isEmpty { (bytes, start) = ([], 0) }
        bytes.append(contentsOf: more)
    }

    mutating func append(line: [UInt8]) {
        append(line)
        append(CollectionOfOne(UInt8(ascii: "\n")))
    }

    mutating func drop(_ count: Int) {
        start += count
        if isEmpty { (bytes, start) = ([], 0) }
    }

    mutating func dropAll() { drop(count) }
}
