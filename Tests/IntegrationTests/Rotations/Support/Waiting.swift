import Foundation

/// The story of a test does not go on.
struct Stuck: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the answer is not `nil`, for so many seconds at most.
func waiting<Value>(for what: String, seconds: Double = 30, _ look: () throws -> Value?) throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if let found = try look() { return found }
        usleep(5000)
    }
    throw Stuck(description: "not within \(seconds) s: \(what)")
}
