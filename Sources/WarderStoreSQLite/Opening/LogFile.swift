import Glibc

/// What lies in the file of a write-ahead log behind the place where the engine stops reading.
///
/// The engine takes everything behind the first frame with a wrong checksum for the rest of a commit that a power cut
/// interrupted, says nothing, and goes on as of the commit before. That rest is one commit at most, because each is on the
/// disk before the next begins. Two that follow one another there were answered both, and something has damaged the file.
/// Of one alone nobody can say whether it was answered.
///
/// What begins to be damaged in a frame's own checksum, at its byte 16 to 24, takes that and the page behind it: neither what
/// is written down nor what can be computed is what the next frame goes on from. So up to two whole commits behind such a
/// frame are not seen either. To count those that only look whole would call a sound log damaged: a commit that failed
/// leaves frames of this round behind the one that was written over it, and a power cut tears the one in front of them.
///
/// Format: https://www.sqlite.org/fileformat2.html, 4.1 and 4.2.
struct LogFile {
    /// Answered commits that the engine would leave out.
    struct Damage: Equatable {
        /// Where the first frame begins that does not hold, in bytes: as long as the file would be without it.
        let offset: Int
    }

    /// A log that is no longer has nothing in it.
    static let headerBytes = 32
    private static let frameHeaderBytes = 24
    /// Either for words as this machine has them or, with the lowest bit set, for the most significant byte first.
    private static let magic: UInt32 = 0x377f_0682
    private static let version: UInt32 = 3_007_000
    /// Of a database whose log's header cannot be read.
    private static let usualPageBytes = 4096

    private let isBigEndian: Bool
    private let pageBytes: Int
    /// What the header's checksum is.
    private let seed: Checksum
    /// What every frame of the log's present round has in it.
    private var salts: Salts?
    /// As a header has them that does not hold.
    private let damagedSalts: Salts
    /// Whether a header that does not hold can be one that a power cut kept from being written anew as a whole.
    private let isRestarted: Bool

    /// - Returns: `nil` where nothing is missing, and where there is no log.
    /// - Throws: `kernel`.
    static func damage(of path: String) throws(OpeningError) -> Damage? {
        let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .kernel(code: errno)
        }
        defer { _ = Glibc.close(file) }
        guard let header = try read(headerBytes, of: file) else { return nil }
        var log = LogFile(header: header)
        return try log.walk(file)
    }

    private init(header: [UInt8]) {
        let magic = Self.word(header, 0)
        let saysBigEndian = magic & 1 == 1
        let pageBytes = Int(Self.word(header, 8))
        seed = Checksum(Self.word(header, 24), Self.word(header, 28))
        let isSound =
            magic & ~1 == Self.magic && (512...65_536).contains(pageBytes) && pageBytes.nonzeroBitCount == 1
            && Checksum(0, 0).adding(header[..<24], isBigEndian: saysBigEndian) == seed
        isBigEndian = isSound ? saysBigEndian : UInt32(1).bigEndian == 1
        self.pageBytes = isSound ? pageBytes : Self.usualPageBytes
        salts = isSound ? Salts(header, at: 16) : nil
        damagedSalts = Salts(header, at: 16)
        isRestarted =
            magic & ~1 == Self.magic && Self.word(header, 4) == Self.version && pageBytes == Self.usualPageBytes
    }

    private mutating func walk(_ file: Int32) throws(OpeningError) -> Damage? {
        var offset = Self.headerBytes
        var broken: Int? = salts == nil ? 0 : nil
        // What the next frame goes on from: as it is written down, and as it was computed.
        var before = [seed]
        var isOurs = true
        var hadSalts = true
        var commits = 0
        // A header that is no header says nothing of the round: whichever frames go together are of one.
        let isHeaderless = salts == nil && !isRestarted
        while let frame = try Self.read(Self.frameHeaderBytes + pageBytes, of: file) {
            if salts == nil {
                // A header is written anew with both of them changed: one that is the same was not, and was damaged.
                let found = Salts(frame, at: 8)
                guard isHeaderless || found.shares(damagedSalts) else { return nil }
                salts = found
            }
            let stored = Checksum(Self.word(frame, 16), Self.word(frame, 20))
            let sums = before.map {
                $0.adding(frame[..<8], isBigEndian: isBigEndian)
                    .adding(frame[Self.frameHeaderBytes...], isBigEndian: isBigEndian)
            }
            let follows = sums.contains(stored)
            if isHeaderless, !follows { salts = Salts(frame, at: 8) }
            let hasSalts = Salts(frame, at: 8) == salts
            let wasOurs = isOurs
            // One frame alone can have its salts damaged; several that go together without them are an earlier round's,
            // which goes on behind a frame that was torn.
            isOurs = hasSalts || (follows && hadSalts)
            hadSalts = hasSalts
            if broken == nil, !follows || !hasSalts { broken = offset }
            if broken != nil {
                if !follows { commits = 0 }
                // Torn, a frame can have the end of an earlier round's commit in it.
                if hasSalts, follows || !wasOurs, Self.word(frame, 4) > 0 { commits += 1 }
                if commits > 1, let broken { return Damage(offset: broken) }
            }
            before = [stored] + sums.filter { $0 != stored }.prefix(1)
            offset += Self.frameHeaderBytes + pageBytes
        }
        return nil
    }

    /// The next bytes; `nil` where fewer are left.
    private static func read(_ count: Int, of file: Int32) throws(OpeningError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(file, bytes.baseAddress.map { unsafe $0 + filled }, count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .kernel(code: errno) }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private struct Salts: Equatable {
        let first: UInt32
        let second: UInt32

        init(_ bytes: [UInt8], at offset: Int) {
            first = LogFile.word(bytes, offset)
            second = LogFile.word(bytes, offset + 4)
        }

        func shares(_ other: Salts) -> Bool { first == other.first || second == other.second }
    }

    /// The engine's own, over pairs of words.
    private struct Checksum: Equatable {
        private var first: UInt32
        private var second: UInt32

        init(_ first: UInt32, _ second: UInt32) { (self.first, self.second) = (first, second) }

        func adding(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Checksum {
            var sum = self
            unsafe bytes.withUnsafeBytes { bytes in
                for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                    let left = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    let right = unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    sum.first &+= (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ sum.second
                    sum.second &+= (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ sum.first
                }
            }
            return sum
        }
    }
}

extension SQLiteStore {
    /// Whether a write-ahead log of so many bytes has something in it.
    package static func hasContent(logBytes: Int) -> Bool { logBytes > LogFile.headerBytes }
}
