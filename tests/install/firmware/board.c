/* SPDX-License-Identifier: MIT */
/* Stands for the sources that the system's own wolfSSL is compiled from, in the same build. */
int board_is_here(void);

int board_is_here(void)
{
    return 1;
}
