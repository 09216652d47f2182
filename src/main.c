#include <stdio.h>

int main(void)
{
	puts("pgtend");
	return 0;
}
