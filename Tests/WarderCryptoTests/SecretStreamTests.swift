import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct SecretStreamTests {
    private let key: SecretStreamKey
    private let binding = Array("what stands before the stream".utf8)
    private let messages: [[UInt8]] = ["one", "", "three", "the last"].map { Array($0.utf8) }

    init() throws { key = try .random() }

    /// A header, and each message sealed; the first one is bound to `binding`.
    private func stream() throws -> (header: [UInt8], sealed: [[UInt8]]) {
        var sealer = try SecretStreamSealer(key: key)
        let header = sealer.header
        var sealed = [try sealer.seal(messages[0], associatedData: binding)]
        for message in messages[1..<messages.count - 1] { sealed.append(try sealer.seal(message)) }
        sealed.append(try sealer.sealLast(messages[messages.count - 1]))
        return (header, sealed)
    }

    /// Opens in order until one is refused; `isWhole` when the last message was among them.
    private func open(
        _ header: [UInt8],
        _ sealed: [[UInt8]],
        key: SecretStreamKey? = nil
    ) throws -> (opened: [[UInt8]], refusal: CryptoError?, isWhole: Bool) {
        var opener = try SecretStreamOpener(key: key ?? self.key, header: header)
        var opened: [[UInt8]] = []
        for message in sealed {
            do throws(CryptoError) {
                opened.append(try opener.open(message[...], associatedData: opened.isEmpty ? binding : []))
            } catch { return (opened, error, opener.isOver) }
        }
        return (opened, nil, opener.isOver)
    }

    @Test func `messages open in their order, and the last one is known as such`() throws {
        let (header, sealed) = try stream()
        #expect(header.count == 24)
        #expect(zip(messages, sealed).allSatisfy { $1.count == $0.count + 17 })
        var opener = try SecretStreamOpener(key: key, header: header)
        for (index, message) in sealed.enumerated() {
            #expect((opener.isOver) == false)
            #expect(try opener.open(message[...], associatedData: index == 0 ? binding : []) == messages[index])
        }
        #expect((opener.isOver) == true)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 65_536, 200_000])
    func `a message of any length opens, and from the midst of an array`(count: Int) throws {
        let message = SecureRandom.bytes(count: count)
        let sealer = try SecretStreamSealer(key: key)
        let header = sealer.header
        let sealed = try sealer.sealLast(message)
        var opener = try SecretStreamOpener(key: key, header: header)
        #expect(try opener.open(([1] + sealed + [2])[1...sealed.count]) == message)
    }

    /// Made by an independent implementation of the construction that docs/formats/backup.md describes.
    @Test func `a stream made elsewhere opens`() throws {
        let key = try SecretStreamKey(SecretBytes(copying: 0...31 as ClosedRange<UInt8>))
        let sealed: [Hex] = [
            "5f3a73c4351a95061103e88ca297de6fb20c382f2bd6",
            "1100fbaf7ae23052b8a8c081b47939eb32",
            """
            b1e1a8bcde60c8283a29e73e6ad8180b038beed8bdaf4bcd92b8bb7e64421bfd5314e91ab6a31ef6f8b76bb36567b289354a1553029b777390de6c41020b1f331d435f0d5b22f87ead2ca362509af1f31a9d18877c6fbf19c0ac6106
            """,
            "2a508c6be936d6054e6e1420de9b5aa912e3eb7472f3aa93eb97a0bb57",
        ]
        let bindings = [Array("bound to this".utf8), [], [], [UInt8](repeating: 0x78, count: 16)]
        let plain = [Array("first".utf8), [], Array(0..<75), Array("the last one".utf8)]
        var opener = try SecretStreamOpener(key: key, header: Array(100..<124))
        for index in sealed.indices {
            #expect((opener.isOver) == false)
            #expect(try opener.open(sealed[index].bytes[...], associatedData: bindings[index]) == plain[index])
        }
        #expect((opener.isOver) == true)
    }

    @Test func `every flipped bit is refused, and what came before it stays`() throws {
        let (header, sealed) = try stream()
        for index in sealed.indices {
            for bit in 0..<sealed[index].count * 8 {
                var altered = sealed
                altered[index] = sealed[index].flippingBit(bit)
                let (opened, refusal, isWhole) = try open(header, altered)
                #expect(opened == Array(messages[..<index]), "message \(index), bit \(bit)")
                #expect(refusal == .tampered && !isWhole, "message \(index), bit \(bit)")
            }
        }
        for bit in 0..<header.count * 8 {
            #expect(try open(header.flippingBit(bit), sealed).refusal == .tampered, "header, bit \(bit)")
        }
    }

    @Test func `messages in another order, twice or left out are refused`() throws {
        let (header, sealed) = try stream()
        for (order, good) in [
            ([1, 0, 2, 3], 0), ([0, 2, 1, 3], 1), ([0, 0, 1, 2], 1), ([0, 1, 3], 2), ([0, 3], 1),
        ] {
            let (opened, refusal, isWhole) = try open(header, order.map { sealed[$0] })
            #expect(opened == Array(messages[..<good]) && refusal == .tampered && !isWhole, "\(order)")
        }
    }

    @Test func `a stream without its last message is not whole`() throws {
        let (header, sealed) = try stream()
        for count in 0..<sealed.count {
            let (opened, refusal, isWhole) = try open(header, Array(sealed[..<count]))
            #expect(opened.count == count && refusal == nil && !isWhole)
        }
    }

    @Test func `a message that was cut is refused`() throws {
        let (header, sealed) = try stream()
        for count in 0..<sealed[0].count {
            let refusal = try open(header, [Array(sealed[0][..<count])]).refusal
            #expect(refusal == (count < SecretStream.overhead ? .malformed : .tampered))
        }
    }

    @Test func `nothing opens behind the last message`() throws {
        let (header, sealed) = try stream()
        for more in [sealed[0], sealed[3], [UInt8](repeating: 0, count: 17), []] {
            let (opened, refusal, isWhole) = try open(header, sealed + [more])
            #expect(opened == messages && refusal == .malformed && isWhole)
        }
    }

    @Test func `a message that was refused does not spoil the stream`() throws {
        let (header, sealed) = try stream()
        var opener = try SecretStreamOpener(key: key, header: header)
        #expect(throws: CryptoError.tampered) { try opener.open(sealed[1][...], associatedData: binding) }
        #expect(throws: CryptoError.tampered) { try opener.open(sealed[0][...]) }
        #expect(try opener.open(sealed[0][...], associatedData: binding) == messages[0])
        #expect(try opener.open(sealed[1][...]) == messages[1])
    }

    @Test func `another key, another stream and other associated data are refused`() throws {
        let (header, sealed) = try stream()
        let other = try stream()
        #expect(try open(header, sealed, key: .random()).refusal == .tampered)
        #expect(try open(other.header, sealed).refusal == .tampered)
        let (opened, refusal, _) = try open(header, [sealed[0], other.sealed[1]])
        #expect(opened.count == 1 && refusal == .tampered)
        for wrong in [[], binding + [0], Array(binding.dropLast())] {
            var opener = try SecretStreamOpener(key: key, header: header)
            #expect(throws: CryptoError.tampered) { try opener.open(sealed[0][...], associatedData: wrong) }
        }
    }

    @Test func `two streams under one key are unrelated`() throws {
        let (first, second) = (try stream(), try stream())
        #expect(first.header != second.header)
        #expect(Set(first.sealed + second.sealed).count == 8)
    }

    @Test func `a key or a header of another size is refused`() throws {
        #expect(throws: CryptoError.wrongKeySize(expected: 32, actual: 31)) {
            try SecretStreamKey(SecretBytes(copying: [UInt8](repeating: 1, count: 31)))
        }
        for count in [0, 23, 25] {
            #expect(throws: CryptoError.malformed) {
                _ = try SecretStreamOpener(key: key, header: [UInt8](repeating: 1, count: count))
            }
        }
    }
}
