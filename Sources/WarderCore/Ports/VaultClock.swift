package import WarderModel

/// Time as the vault sees it; tests bring their own.
package protocol VaultClock: Sendable {
    func now() -> Moment
}
