import RandomTesting
import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct SecretSharingTests {
    private func subsets<Element>(_ elements: [Element]) -> [[Element]] {
        elements.reduce([[]]) { subsets, element in subsets + subsets.map { $0 + [element] } }
    }

    private func forged(_ point: SecretSharing.Point, _ bit: Int = 0) throws -> SecretSharing.Point {
        try SecretSharing.Point(index: point.index, bytes: SecretBytes(copying: point.bytes.plain.flippingBit(bit)))
    }

    @Test func `any k of n points give the secret back, and fewer are refused`() throws {
        var random = SeededGenerator.printed()
        for count in 2...6 {
            for threshold in 2...count {
                let secret = try random.secret(.random(in: 16...64, using: &random))
                let points = try SecretSharing.split(secret, threshold: threshold, count: count)
                #expect(points.map(\.index) == Array(1...UInt8(count)))
                for subset in subsets(points.shuffled(using: &random)) {
                    if subset.count >= threshold {
                        #expect(try SecretSharing.combine(subset, threshold: threshold).isEqual(to: secret))
                    } else {
                        #expect(throws: SecretSharingError.tooFew(have: subset.count, need: threshold)) {
                            try SecretSharing.combine(subset, threshold: threshold)
                        }
                    }
                }
            }
        }
    }

    @Test func `large sets give the secret back`() throws {
        var random = SeededGenerator.printed()
        for (threshold, count) in [(2, 255), (100, 200), (255, 255)] {
            let secret = try random.secret(16)
            let points = try SecretSharing.split(secret, threshold: threshold, count: count)
            let some = Array(points.shuffled(using: &random).prefix(threshold))
            #expect(try SecretSharing.combine(some, threshold: threshold).isEqual(to: secret), "\(threshold)")
        }
    }

    @Test(arguments: [(1, 1), (1, 2), (0, 3), (-1, 3), (3, 2), (2, 1), (2, 256), (256, 256), (256, 300)])
    func `a threshold below 2 or above the number, and more than 255 points, are refused`(
        threshold: Int,
        count: Int
    ) throws {
        let secret = try SecretBytes.random(count: 32)
        #expect(throws: SecretSharingError.outOfRange) {
            try SecretSharing.split(secret, threshold: threshold, count: count)
        }
    }

    @Test func `secrets of 16 to 64 bytes are split, others are refused`() throws {
        for length in [16, 64] {
            let secret = try SecretBytes.random(count: length)
            let points = try SecretSharing.split(secret, threshold: 2, count: 2)
            #expect(try SecretSharing.combine(points, threshold: 2).isEqual(to: secret))
        }
        for length in [0, 1, 15, 65] {
            let secret = try SecretBytes.random(count: length)
            #expect(throws: SecretSharingError.outOfRange) { try SecretSharing.split(secret, threshold: 2, count: 2) }
            #expect(throws: SecretSharingError.outOfRange) { try SecretSharing.Point(index: 1, bytes: secret) }
        }
    }

    @Test func `there is no point with index zero`() throws {
        let bytes = try SecretBytes.random(count: 32)
        #expect(throws: SecretSharingError.outOfRange) { try SecretSharing.Point(index: 0, bytes: bytes) }
    }

    @Test func `an index that comes twice is refused, with the same bytes and with others`() throws {
        let points = try SecretSharing.split(.random(count: 32), threshold: 2, count: 3)
        for twin in [points[1], try forged(points[1])] {
            for threshold in [2, 3] {
                #expect(throws: SecretSharingError.duplicateIndex(position: 4)) {
                    try SecretSharing.combine(points + [twin], threshold: threshold)
                }
            }
        }
        #expect(throws: SecretSharingError.duplicateIndex(position: 2)) {
            try SecretSharing.combine([points[0], points[0]], threshold: 3)
        }
    }

    @Test func `points of different lengths, and a threshold that there is not, are refused`() throws {
        let points = try SecretSharing.split(.random(count: 32), threshold: 2, count: 3)
        let short = try SecretSharing.Point(index: 9, bytes: points[2].bytes.slice(0..<31))
        #expect(throws: SecretSharingError.unequalLength(position: 2)) {
            try SecretSharing.combine([points[0], short], threshold: 2)
        }
        for threshold in [-1, 0, 1, 256] {
            #expect(throws: SecretSharingError.outOfRange) {
                try SecretSharing.combine(points, threshold: threshold)
            }
        }
        #expect(throws: SecretSharingError.tooFew(have: 0, need: 2)) { try SecretSharing.combine([], threshold: 2) }
    }

    @Test func `exactly k points of which one is forged give another secret`() throws {
        let secret = try SecretBytes.random(count: 32)
        var points = try SecretSharing.split(secret, threshold: 3, count: 3)
        points[1] = try forged(points[1])
        #expect(!(try SecretSharing.combine(points, threshold: 3).isEqual(to: secret)))
    }

    @Test func `more than k points of which one is forged are refused, and it is named when two are over`() throws {
        var random = SeededGenerator.printed()
        for (threshold, count) in [(2, 3), (2, 4), (3, 4), (3, 5), (4, 9), (7, 8)] {
            let points = try SecretSharing.split(random.secret(32), threshold: threshold, count: count)
                .shuffled(using: &random)
            for place in 0..<count {
                var altered = points
                altered[place] = try forged(altered[place], .random(in: 0..<256, using: &random))
                let named = count >= threshold + 2 ? place + 1 : nil
                #expect(throws: SecretSharingError.disagreement(position: named)) {
                    try SecretSharing.combine(altered, threshold: threshold)
                }
            }
        }
    }

    @Test func `several forged points are refused though none can be named`() throws {
        let points = try SecretSharing.split(.random(count: 32), threshold: 3, count: 7)
        var altered = points
        for place in [1, 4] { altered[place] = try forged(altered[place], place) }
        #expect(throws: SecretSharingError.disagreement(position: nil)) {
            try SecretSharing.combine(altered, threshold: 3)
        }
    }

    @Test func `points of two splittings of one secret do not agree`() throws {
        let secret = try SecretBytes.random(count: 32)
        let first = try SecretSharing.split(secret, threshold: 2, count: 4)
        let second = try SecretSharing.split(secret, threshold: 2, count: 4)
        for (left, right) in zip(first, second) { #expect(!left.bytes.isEqual(to: right.bytes)) }
        #expect(throws: SecretSharingError.disagreement(position: nil)) {
            try SecretSharing.combine([first[0], first[1], second[2], second[3]], threshold: 2)
        }
    }
}
