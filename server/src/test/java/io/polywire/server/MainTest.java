package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void helpOfACommandIsThatOfItsRoom() {
        assertArrayEquals(new String[] {"bench", "--help"}, Main.spelledOut("help", "bench"));
        assertArrayEquals(new String[] {"gate", "instance", "--help"}, Main.spelledOut("help", "gate", "instance"));
    }

    @Test
    void otherWordsAreTakenAsTheyAre() {
        assertArrayEquals(new String[] {"help"}, Main.spelledOut("help"));
        assertArrayEquals(new String[] {"call", "help", "x"}, Main.spelledOut("call", "help", "x"));
        assertArrayEquals(new String[] {}, Main.spelledOut());
    }
}
