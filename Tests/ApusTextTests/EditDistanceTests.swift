import ApusText
import Testing

@Suite struct EditDistanceTests {
    @Test(arguments: [
        ("", "", 0), ("", "ab", 2), ("train", "train", 0), ("train", "trian", 1), ("train", "tran", 1), ("train", "brain", 1), ("train", "trains", 1),
        ("ca", "abc", 3), ("kitten", "sitting", 3),
    ])
    func `insertions, deletions, replacements and swaps count one each`(first: String, second: String, distance: Int) {
        #expect(EditDistance.between(Array(first), Array(second)) == distance)
        #expect(EditDistance.between(Array(second.utf8), Array(first.utf8)) == distance)
    }
}
