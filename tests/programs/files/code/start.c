/* One
   two */
int main(void) { return 0; }
